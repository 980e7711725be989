import { CommanderError } from '@commander-js/extra-typings';
import { EXIT, explain } from './cli/exit-codes';
import { createProgram } from './program';

/** Runs a command with its arguments to its end, and sets the exit code of the process. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has shown the message. Its exit code for wrong usage is 1.
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      return;
    }
    const { exitCode, message } = explain(error);
    console.error(message);
    process.exitCode = exitCode;
  }
}
