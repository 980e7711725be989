import { type Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { SCHEMA_VERSIONS } from '@daybook/domain';
import type { RecordedEvent } from '@daybook/event-store';
import colors from 'picocolors';
import { EXIT, Failure } from '../cli/exit-codes';
import { operate } from '../cli/operate';
import { count, position, several, subcommand, uuid } from '../cli/options';
import { remark, say, sayJson } from '../cli/output';

const PAGE_MAX = 1_000;
/** How long a wait for new events lasts before the log is read again. */
const POLL_MS = 2_000;

export function addEvents(program: Command): void {
  const events = program.command('events').description('Read the event log.');
  subcommand(
    events,
    'tail',
    'Print events in the order of the event log, one per line.',
    'npx daybook events tail --limit 20',
    'npx daybook events tail --follow',
    'npx daybook events tail --after 1234 --type ReplenishmentConfirmed --json',
  )
    .option(
      '--after <position>',
      'start after this position; "end" for new events only (default: the start of the event log, with --follow its end)',
      positionOrEnd,
    )
    .option('--follow', 'continue with new events until Ctrl-C')
    .option('--limit <number>', 'stop after this many events', count)
    .option('--account <id>', 'only events of this account', uuid)
    .option('--type <name>', 'only events of this type; may be repeated', several)
    .action(({ follow, json = false, limit, account, type: types, ...options }) =>
      operate(options, async (operation) => {
        requireKnown(types ?? []);
        const store = await operation.store();
        const head = await store.head();
        const start = options.after ?? (follow ? 'end' : 0n);
        let after = start === 'end' ? head : start;
        if (after > head)
          remark(`The event log ends at ${head}. There is no event after ${after} yet.`);
        let left = limit ?? Number.POSITIVE_INFINITY;
        while (!operation.signal.aborted) {
          const page = await store.readAll({ after, limit: PAGE_MAX });
          for (const event of page.events) {
            if (account !== undefined && event.metadata.accountId !== account) continue;
            if (types !== undefined && !types.includes(event.type)) continue;
            if (operation.signal.aborted) break;
            print(event, json);
            left -= 1;
            if (left === 0) return EXIT.ok;
          }
          after = page.end;
          if (!page.atEnd) continue;
          if (!follow) return EXIT.ok;
          await store.waitForGrowth(after, POLL_MS, operation.signal);
        }
        return EXIT.ok;
      }),
    );
}

function positionOrEnd(text: string): bigint | 'end' {
  if (text === 'end') return text;
  try {
    return position(text);
  } catch {
    throw new InvalidArgumentError('It must be a position (a number, such as 1234) or "end".');
  }
}

/** Refuses an unknown type: it would find nothing, and look like an answer. */
function requireKnown(types: readonly string[]): void {
  const known = Object.keys(SCHEMA_VERSIONS);
  const unknown = types.filter((type) => !known.includes(type));
  if (unknown.length === 0) return;
  throw new Failure(
    `There is no event type ${unknown.join(', ')}. Choose from ${known.join(', ')}.`,
    EXIT.usage,
  );
}

function print(event: RecordedEvent, json: boolean): void {
  const { id, stream, revision, position, type, data, metadata, recordedAt } = event;
  if (json) {
    sayJson({ position, recordedAt, type, stream, revision, id, metadata, data }, 0);
    return;
  }
  const columns = [
    ...[colors.dim(String(position).padStart(8)), colors.dim(recordedAt)],
    ...[colors.cyan(type.padEnd(22)), stream, JSON.stringify(data)],
  ];
  say(columns.join('  '));
}
