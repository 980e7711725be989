import { CommanderError } from '@commander-js/extra-typings';
import { EXIT, explain } from './cli/exit-codes';
import { createProgram } from './program';

// The reader of a pipe may close it early, as `| head` does. That is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed);
});

createProgram()
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof CommanderError) {
      // Commander has shown the message. Its exit code for wrong usage is 1.
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      return;
    }
    const { exitCode, message } = explain(error);
    console.error(message);
    process.exitCode = exitCode;
  });
