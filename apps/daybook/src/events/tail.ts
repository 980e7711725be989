import { SCHEMA_VERSIONS } from '@daybook/domain';
import { type EventStore, type RecordedEvent, START } from '@daybook/event-store';
import colors from 'picocolors';
import { EXIT, Failure } from '../cli/exit-codes';
import { operate, type PlaceOptions } from '../cli/operate';
import { remark, say, sayJson } from '../cli/output';

/** Events read at once. */
const PAGE_MAX = 1_000;
/** How long a follower waits for growth before it looks again, whatever it was told. */
const LOOK_EVERY_MS = 2_000;

export interface TailOptions extends PlaceOptions {
  /** Exclusive; `end` for only what comes. */
  readonly after?: bigint | 'end';
  readonly follow: boolean;
  readonly limit?: number;
  readonly account?: string;
  readonly type?: readonly string[];
  readonly json: boolean;
}

/** Writes the events of the log, one a line, in position order. */
export function tail(options: TailOptions): Promise<void> {
  return operate(options, async ({ store: open, signal }) => {
    refuseUnknown(options.type ?? []);
    const store = await open();
    const from = options.after ?? (options.follow ? 'end' : START);
    let after = from === 'end' ? await store.head() : from;
    if (from !== 'end') await remarkOnFuture(store, from);
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    while (left > 0 && !signal.aborted) {
      const page = await store.readAll({ after, limit: PAGE_MAX });
      for (const event of page.events) {
        if (!isWanted(event, options) || signal.aborted) continue;
        write(event, options.json);
        left -= 1;
        if (left === 0) return undefined;
      }
      after = page.end;
      if (!page.atEnd) continue;
      if (!options.follow) return undefined;
      await store.waitForGrowth(after, LOOK_EVERY_MS, signal);
    }
    return undefined;
  });
}

/** A name that no event has would find nothing, and look like an answer. */
function refuseUnknown(types: readonly string[]): void {
  const known = Object.keys(SCHEMA_VERSIONS);
  const unknown = types.filter((type) => !known.includes(type));
  if (unknown.length === 0) return;
  throw new Failure(
    `No event is of the type ${unknown.join(', ')}; there are ${known.join(', ')}.`,
    EXIT.usage,
  );
}

async function remarkOnFuture(store: EventStore, after: bigint): Promise<void> {
  const head = await store.head();
  if (after > head) remark(`The log ends at ${head}: nothing lies after ${after} yet.`);
}

function isWanted({ type, metadata }: RecordedEvent, options: TailOptions): boolean {
  if (options.account !== undefined && metadata.accountId !== options.account) return false;
  return options.type === undefined || options.type.includes(type);
}

function write(event: RecordedEvent, json: boolean): void {
  const { id, stream, revision, position, type, data, metadata, recordedAt } = event;
  if (json) {
    sayJson({ position, recordedAt, type, stream, revision, id, metadata, data }, 0);
    return;
  }
  const columns = [
    colors.dim(String(position).padStart(8)),
    colors.dim(recordedAt),
    colors.cyan(type.padEnd(22)),
    stream,
    JSON.stringify(data),
  ];
  say(columns.join('  '));
}
