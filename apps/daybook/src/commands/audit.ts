import { type Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { json } from '@daybook/contracts';
import type { List } from '../cli/ledger-api';
import { operate } from '../cli/operate';
import { count, moment, position, subcommand } from '../cli/options';
import { recordTable } from '../cli/output';

const RATE_HELP = 'read at most this fast, to leave capacity to the service';

const load = () => require('../audit/audit') as typeof import('../audit/audit');

export function addReplay(program: Command): void {
  subcommand(
    program,
    'replay',
    'Fold the event log from its start and show the result. Live traffic continues.',
    'npx daybook replay',
    'npx daybook replay --to 2026-01-01 --format csv > balances.csv',
    'npx daybook replay --compare || echo "the read models differ from the event log"',
    'npx daybook replay --compare --watcher',
  )
    .option(
      '--to <position|time>',
      'where to end (default: the end of the event log)',
      positionOrTime,
    )
    .option('--compare', 'compare every row of every read model with the result')
    .option('--watcher', 'with --compare: name what the watchers published and the ledger lacks')
    .addOption(
      new Option('--format <format>', 'the output format')
        .choices(['table', 'json', 'csv'] as const)
        .default('table' as const),
    )
    .option('--keep', 'keep the tables of the replay, for queries')
    .option('--resume <id>', 'resume an interrupted run')
    .option('--discard <id>', 'remove the tables of a kept or interrupted run')
    .option('--in-memory', 'create no tables: balances only, without a state hash')
    .option('--events-per-second <number>', RATE_HELP, count)
    .action((options) => load().runReplay(options));
}

export function addRebuild(program: Command): void {
  subcommand(
    program,
    'rebuild',
    'Build new tables of read models, compare every row with the live tables, and swap them.',
    'npx daybook rebuild all',
    'npx daybook rebuild purses --events-per-second 5000',
    'npx daybook rebuild --roll-back',
  )
    .argument('[read model]', 'its name, or "all"')
    .option('--roll-back', 'swap the previous tables back')
    .option('--accept-differences', 'swap even if rows differ, after a fix of a projection')
    .option('--resume', 'resume an interrupted rebuild')
    .option('--events-per-second <number>', RATE_HELP, count)
    .action((readModel, options) => load().runRebuild(readModel, options));
}

export function addAudits(program: Command): void {
  subcommand(
    program,
    'audits',
    'List rebuilds with their certificates, and replays whose tables exist.',
    'npx daybook audits',
    `npx daybook audits --json | jq '.runs[] | select(.state == "interrupted")'`,
  ).action((options) =>
    operate(options, async ({ api }) => {
      const { data: runs } = await api.get<List<json.AuditRun>>('/v1/operations/audit-runs');
      const shown = runs.map(({ stateHash, actor, startedAt, ...run }) => run);
      return { json: { runs }, text: () => recordTable(shown) || 'There is no run.' };
    }),
  );
}

function positionOrTime(text: string): { position: bigint } | { time: string } {
  if (/^\d+$/.test(text)) return { position: position(text) };
  const [day = ''] = text.split('T');
  try {
    moment(text);
    // A day that no month has, such as 30 February, would count as one of the next month.
    if (new Date(day).toISOString().startsWith(day)) return { time: text };
  } catch {
    // Refused below.
  }
  throw new InvalidArgumentError(
    'It must be a position, such as 1234, or a time, such as 2026-01-31T12:00:00Z.',
  );
}
