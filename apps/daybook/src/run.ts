import colors from 'picocolors';
import { EXIT } from './cli/exit-codes';
import { explain } from './cli/explain';
import { Stack } from './stack';

const LOOK_EVERY_MS = 1_000;
/** One Ctrl-C may arrive twice: from the terminal, and passed on by npm. */
const ECHO_MS = 500;

/**
 * Does `work`, which pushes what it starts to the stack, and stays until told to stop if that is
 * what it answers. Then everything is stopped in order. A failure is told in its own words and ends
 * with the code that is documented for it.
 */
export async function run(work: (stack: Stack) => Promise<'stay' | 'end'>): Promise<void> {
  const stack = new Stack();
  const told = toldToStop();
  try {
    const outcome = await Promise.race([work(stack), told]);
    if (outcome === 'stay') await told;
    console.log('Stopping.');
  } catch (error) {
    const { exitCode, message } = explain(error);
    console.error(`\n${colors.red(message)}`);
    process.exitCode = exitCode;
  }
  await stack.stop();
  process.exit();
}

/** Resolves when the terminal, the system or a vanished npm asks for the end. */
function toldToStop(): Promise<'end'> {
  return new Promise((resolve) => {
    let askedAt: number | undefined;
    const ask = (): void => {
      // Asked again: somebody is in a hurry, and everything survives a crash.
      if (askedAt !== undefined && Date.now() - askedAt > ECHO_MS) process.exit(EXIT.interrupted);
      askedAt ??= Date.now();
      resolve('end');
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
    // Under npm, Ctrl-C reaches this process through npm only; without npm nobody could stop it.
    if (process.env.npm_lifecycle_event) {
      const parent = process.ppid;
      setInterval(() => {
        if (process.ppid !== parent && askedAt === undefined) ask();
      }, LOOK_EVERY_MS).unref();
    }
  });
}
