import { EXIT } from './cli/exit-codes';
import { runCommandLine } from './command-line';

// The reader of a pipe may close it early, as `| head` does. That is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed);
});

void runCommandLine(process.argv.slice(2));
