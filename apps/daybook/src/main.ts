import { CommanderError } from 'commander';
import { EXIT } from './cli/exit-codes';
import { explain } from './cli/explain';
import { createProgram } from './program';

// Whoever reads along may have seen enough (`| head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed);
});

createProgram()
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof CommanderError) {
      // It has said all already; its own code for a wrong usage is 1.
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      return;
    }
    const { exitCode, message } = explain(error);
    console.error(message);
    process.exitCode = exitCode;
  });
