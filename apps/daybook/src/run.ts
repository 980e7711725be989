import colors from 'picocolors';
import { Stack } from './stack';

const LOOK_EVERY_MS = 1_000;

/**
 * Does `work`, which pushes what it starts to the stack, and stays until told to stop if that is
 * what it answers. Then everything is stopped in order. A failure is told in its own words and makes
 * the exit code 1.
 */
export async function run(work: (stack: Stack) => Promise<'stay' | 'end'>): Promise<void> {
  const stack = new Stack();
  const told = toldToStop();
  try {
    const outcome = await Promise.race([work(stack), told]);
    if (outcome === 'stay') await told;
    console.log('Stopping.');
  } catch (error) {
    console.error(`\n${colors.red(error instanceof Error ? error.message : String(error))}`);
    process.exitCode = 1;
  }
  await stack.stop();
  process.exit();
}

/** Resolves when the terminal, the system or a vanished npm asks for the end. */
function toldToStop(): Promise<'end'> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (): void => {
      // Asked twice: somebody is in a hurry, and everything survives a crash.
      if (asked) process.exit(130);
      asked = true;
      resolve('end');
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
    // Under npm, Ctrl-C reaches this process through npm only; without npm nobody could stop it.
    if (process.env.npm_lifecycle_event) {
      const parent = process.ppid;
      setInterval(() => {
        if (process.ppid !== parent && !asked) ask();
      }, LOOK_EVERY_MS).unref();
    }
  });
}
