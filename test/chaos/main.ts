import { randomInt } from 'node:crypto';
import { Command } from '@commander-js/extra-typings';
import { wholeNumber } from '../../apps/daybook/src/cli/options';
import { progressBar } from '../../apps/daybook/src/cli/progress';
import { signalsOf } from './acts';
import { report, runChaos } from './run-chaos';

const SEED_MAX = 2 ** 32 - 1;
const MINUTES_MAX = 24 * 60;

const HELP = `
Runs the product on a local chain with reorgs, with merchants who create customers and mint purses, with deposits
and sweeps, while its ledger, its watcher and its PostgreSQL are killed and stopped. At the end the books must equal
the event log and the chain, every answered command must be there, and each process must have recovered in time.
Exits with 1 if something does not hold, and says what, with the seed, the acts and where the logs are.

Examples:
  npm run chaos
  npm run chaos -- --minutes 60
  npm run chaos -- --minutes 10 --seed 4711
  npm run chaos -- --kafka`;

async function main(): Promise<void> {
  const {
    minutes,
    seed,
    kafka = false,
  } = new Command('npm run chaos --')
    .option('--minutes <number>', 'how long', wholeNumber(1, MINUTES_MAX), 2)
    .option(
      '--seed <number>',
      'repeats the acts of a run (default: random)',
      wholeNumber(0, SEED_MAX),
    )
    .option('--kafka', 'Kafka between ledger and watcher, killed and stopped too')
    .addHelpText('after', HELP)
    .parse()
    .opts();
  const chosen = seed ?? randomInt(SEED_MAX);
  console.log(`Seed ${chosen}, ${minutes} minutes.`);
  let firstActAt: number | undefined;
  const spent = () => {
    const now = performance.now();
    return (now - (firstActAt ?? now)) / 60_000 / minutes;
  };
  const bar = progressBar();
  let [signals, done] = [0, 0];
  const show = () => {
    const fraction = Math.min(spent(), 1);
    const seconds = fraction * minutes * 60;
    const secondsLeft = minutes * 60 - seconds;
    const perSecond = seconds > 0 ? done / seconds : 0;
    const title = `${signals} signals`;
    bar.show({ title, unit: 'commands', done, fraction, perSecond, secondsLeft });
  };
  const drawing = setInterval(show, 500);
  const outcome = await runChaos({
    ...{ seed: chosen, withKafka: kafka },
    isOver: () => {
      // The start is not counted: it may have to build first.
      firstActAt ??= performance.now();
      return spent() >= 1;
    },
    onRecovery: ({ act }, commands) => {
      [signals, done] = [signals + signalsOf(act), commands];
    },
  }).finally(() => {
    clearInterval(drawing);
    bar.end();
  });
  console.log(report(outcome));
  process.exitCode = outcome.faults.length === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
