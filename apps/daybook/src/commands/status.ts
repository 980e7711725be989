import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '@commander-js/extra-typings';
import type { json } from '@daybook/contracts';
import colors from 'picocolors';
import { because } from '../../../ledger/src/operations/problems';
import { EXIT } from '../cli/exit-codes';
import { operate } from '../cli/operate';
import { subcommand } from '../cli/options';
import { recordTable, say, sayJson, table } from '../cli/output';
import type { Service, StatusReport } from '../status/read-status';
import { ageOf } from '../status/watch-page';

const WATCH_EVERY_MS = 2_000;
const CLEAR_SCREEN = '\x1b[2J\x1b[H';

const CODES = {
  ok: EXIT.ok,
  'standing-still': EXIT.failed,
  unreachable: EXIT.unreachable,
} as const satisfies Record<StatusReport['state'], number>;

export function addStatus(program: Command): void {
  subcommand(
    program,
    'status',
    'Show the state of engines, services, read models, consumers and chains.',
    'npx daybook status',
    'npx daybook status --watch',
    "npx daybook status --json | jq '.problems'",
    'DAYBOOK_DATABASE_URL=postgres://... DAYBOOK_LEDGER_URL=http://ledger:3000 npx daybook status',
  )
    .option('--watch', 'repeat every two seconds until Ctrl-C')
    .action(({ watch, json, ...options }) =>
      operate(options, async (operation) => {
        const { readStatus } =
          require('../status/read-status') as typeof import('../status/read-status');
        for (;;) {
          const report = await readStatus(operation);
          if (json) sayJson(report, watch ? 0 : 2);
          else say(`${watch && process.stdout.isTTY ? CLEAR_SCREEN : ''}${statusPage(report)}`);
          if (!watch) return CODES[report.state];
          await sleep(WATCH_EVERY_MS, undefined, { signal: operation.signal });
        }
      }),
    );
}

/** The report as text. */
function statusPage(report: StatusReport): string {
  const { engines, services, readers, consumers, chains, reactions, versions } = report;
  const { findings = [], negativeClaims = 0 } = report.differences ?? {};
  const { eventLog, durableLog, database } = engines;
  const sections = [
    heading(report),
    table(
      ['part', 'what', 'state'],
      [
        ['event log', eventLog.kind, engineState(eventLog, `head ${eventLog.head}`)],
        ['durable log', durableLog.kind, engineState(durableLog)],
        ['database', `postgresql ${versions.postgresql ?? ''}`, engineState(database)],
        ...serviceRows('ledger', services.ledger),
        ...serviceRows('chain-watcher', services.watcher),
      ],
    ),
    recordTable(readers.map(withState)),
    recordTable(consumers.map(withState)),
    recordTable(
      chains.map(({ chain, latest, matched, finalized, ...watch }) => ({
        ...{ chain, state: mark(!watch.standsStill, watch.state), latest, matched, finalized },
        newestBlock:
          watch.newestBlockAt && `${ageOf(watch.newestBlockAt, Date.parse(report.at))} old`,
        providers: watch.providers > 0 ? `${watch.providersUsable} of ${watch.providers}` : '',
        inQuarantine: watch.quarantine.length,
        lastReport: `${watch.secondsSinceWord} s ago`,
        detail: watch.detail,
      })),
    ),
    recordTable(
      (reactions?.states ?? []).map(({ name, overdue, nextDueAt, notes }) => ({
        ...{ reaction: name, overdue, nextDueAt },
        notes: notes.map(({ note, rows }) => `${rows}: ${note}`).join('\n'),
      })),
    ),
    report.problems.map((problem) => colors.red(`! ${problem}`)).join('\n'),
    chains
      .flatMap(({ chain, warnings }) => warnings.map((it) => colors.yellow(`! ${chain}: ${it}`)))
      .join('\n'),
    [
      ...findings.map(
        ({ kind, open, oldestAt }) =>
          `${open} ${kind} open since ${oldestAt}: npx daybook findings list`,
      ),
      ...(negativeClaims > 0
        ? [`${negativeClaims} claims below zero: npx daybook findings claims`]
        : []),
    ]
      .map((waits) => colors.yellow(`! ${waits}`))
      .join('\n'),
    colors.dim(
      `Daybook ${versions.daybook}, Node ${versions.node}, tables ${versions.tables ?? '?'}`,
    ),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function heading({ place, at, state }: StatusReport): string {
  const words = {
    ok: 'All is well',
    'standing-still': 'Something is stalled or failing',
    unreachable: 'Not reachable',
  };
  return `${mark(state === 'ok', colors.bold(words[state]))}: ${colors.dim(`${place}, ${at}`)}`;
}

function engineState({ answers, detail }: json.Engine, more = 'ok'): string {
  return mark(answers, answers ? more : `does not answer${because(detail)}`);
}

function serviceRows(name: string, service: Service | null): string[][] {
  if (service === null) return [];
  const words = service.answers ? (service.status ?? '') : 'does not answer';
  return [[name, service.url, mark(service.status === 'ok', `${words}${because(service.detail)}`)]];
}

function withState({ standsStill, detail, ...row }: json.FollowerState | json.ConsumerState) {
  return { ...row, state: mark(!standsStill, standsStill ? `stalled${because(detail)}` : 'ok') };
}

function mark(isWell: boolean, words: string): string {
  return isWell ? colors.green(words) : colors.red(words);
}
