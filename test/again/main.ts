import { randomInt } from 'node:crypto';
import { Command, Option } from '@commander-js/extra-typings';
import { wholeNumber } from '../../apps/daybook/src/cli/options';
import { countingBar } from '../../apps/daybook/src/cli/progress';
import { ROOT, runAgain } from './run-again';
import { failuresOf, inWords } from './summary';

const TIMES_MAX = 1_000;
const WORKERS_MAX = 64;
/** Jest takes a signed number of 32 bits; the last run adds to it. */
const SEEDS = 2 ** 31 - TIMES_MAX;

const HELP = `
Runs the suites with real processes (jest project "real") several times in a row, every second time beside a process
that eats one core. Then says what failed, with the seed of the run, and which suites are the slowest. Exits with 1
if anything failed.

Examples:
  npm run test:again
  npm run test:again -- --times 4 kafka takeover
  npm run test:again -- --project all --times 3
  npm run test:again -- --project chaos --seed 4711 --times 1`;

async function main(): Promise<void> {
  const command = new Command('npm run test:again --')
    .argument('[patterns...]', 'suites whose paths match one of these')
    .option('--times <number>', 'how many runs', wholeNumber(1, TIMES_MAX), 10)
    .option('--seed <number>', 'of the first run (default: random)', wholeNumber(0, SEEDS))
    .option('--workers <number>', 'suites at a time', wholeNumber(1, WORKERS_MAX))
    .addOption(
      new Option('--project <name>', 'which project of jest')
        .choices(['real', 'chaos', 'unit', 'property', 'all'] as const)
        .default('real' as const),
    )
    .addHelpText('after', HELP)
    .parse();
  const { times, seed = randomInt(SEEDS), project, workers } = command.opts();
  const bar = countingBar(`${times} runs`, 'suites');
  const runs = await runAgain({
    ...{ times, seed, workers, patterns: command.args, onSuite: bar.at },
    project: project === 'all' ? undefined : project,
  }).finally(bar.end);
  console.log(inWords(runs, ROOT));
  process.exitCode = failuresOf(runs, ROOT).length === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
