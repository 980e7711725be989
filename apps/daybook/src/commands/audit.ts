import { type Command, InvalidArgumentError, Option } from 'commander';
import { count, moment, position } from '../cli/arguments';
import { dataOption, examples, jsonOption } from '../cli/command';

const RATE_HELP = 'read no faster than this, to leave room for others';

export function addReplay(program: Command): void {
  const command = program
    .command('replay')
    .description(
      'Fold the log from its start, with nothing but the log, and show what it leads to. It runs beside live traffic.',
    )
    .option('--to <position|time>', 'how far (default: the end of the log)', positionOrTime)
    .option('--compare', 'check every row of every read model against the log', false)
    .addOption(
      new Option('--format <form>', 'how to answer')
        .choices(['table', 'json', 'csv'])
        .default('table'),
    )
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .option('--keep', 'keep the tables of the replay, for queries', false)
    .option('--resume <id>', 'go on with a run that was interrupted')
    .option('--discard <id>', 'remove the tables of a run that was kept or interrupted')
    .option('--in-memory', 'make no tables: balances only, without a state hash', false)
    .option('--events-per-second <number>', RATE_HELP, count)
    .addOption(dataOption())
    .action((options) => {
      const { runReplay } = require('../audit/replay') as typeof import('../audit/replay');
      return runReplay(options);
    });
  examples(
    command,
    'npx daybook replay',
    'npx daybook replay --to 2026-01-01 --format csv > balances.csv',
    'npx daybook replay --compare || echo "the read models are not what the log says"',
  );
}

export function addRebuild(program: Command): void {
  const command = program
    .command('rebuild')
    .description(
      'Build read models anew beside those that serve, compare every row, and swap them at once.',
    )
    .argument('[read model]', 'its name, or "all"')
    .option('--roll-back', 'let the tables of before the last swap serve again', false)
    .option('--accept-differences', 'swap even if rows differ, after a mended mistake', false)
    .option('--resume', 'go on with a rebuild that was interrupted', false)
    .option('--events-per-second <number>', RATE_HELP, count)
    .addOption(jsonOption())
    .addOption(dataOption())
    .action((readModel, options) => {
      const { runRebuild } = require('../audit/rebuild') as typeof import('../audit/rebuild');
      return runRebuild(readModel, options);
    });
  examples(
    command,
    'npx daybook rebuild all',
    'npx daybook rebuild purses --events-per-second 5000',
    'npx daybook rebuild --roll-back',
  );
}

function positionOrTime(text: string): { position: bigint } | { time: string } {
  if (/^\d+$/.test(text)) return { position: position(text) };
  const [day = ''] = text.split('T');
  try {
    moment(text);
    // A day that no month has, such as 30 February, would count as one of the next.
    if (new Date(day).toISOString().startsWith(day)) return { time: text };
  } catch {
    // The sentence below says what both would be.
  }
  throw new InvalidArgumentError(
    'It is a position, such as 1234, or a time, such as 2026-01-31T12:00:00Z.',
  );
}
