import { outflow, replenishment, streamName } from '@daybook/domain';
import { type EventStore, loadStates } from '@daybook/event-store';
import type { Client } from 'pg';
import { outflowStreamIdOf, replenishmentIdOf } from '../../../ledger/src/edge/identity';
import { withClient } from '../cli/database';

/** What a chain-watcher has published and the event log does not have. */
export interface Lacking {
  /** The id of the transfer or outflow. */
  readonly id: string;
  readonly direction: 'in' | 'out';
  readonly chain: string;
  readonly status: string;
  readonly version: string;
  /** The block that includes it, or included it. */
  readonly block: string | null;
  /** The version that the event log has; null if it has none. */
  readonly known: string | null;
}

export interface WatcherComparison {
  /** Transfers and outflows of the watcher's record that were looked up. */
  readonly movements: number;
  readonly lacking: readonly Lacking[];
  /** Those beyond the ones that are listed. */
  readonly omitted: number;
  /** For each chain a command that has them reported again, and lets a group continue that stopped for them. */
  readonly remedies: readonly string[];
}

/** One query of the record, and one of the log. */
const PAGE = 1_000;
const LISTED_MAX = 100;
/** A rescan of more blocks needs `--yes`. */
const UNASKED_BLOCKS_MAX = 10_000n;

/**
 * The latest version of each movement that a block includes, or included, and that was published a minute ago or
 * earlier: a message takes seconds. The ledger records no outflow that only an unproven trace shows, and what is
 * still in the outbox was not promised yet.
 */
const RECORD = `
  SELECT t.transfer_id AS id, coalesce(t.direction, 'in') AS direction, t.chain, t.status,
    t.version::text AS version, t.block_number::text AS block, t.block_hash AS hash
  FROM watcher.transfer t
  WHERE t.transfer_id > $1 AND t.status NOT IN ('seen', 'dropped')
    AND t.version <= (extract(epoch FROM now()) * 1000)::bigint - 60000
    AND NOT (coalesce(t.direction, 'in') = 'out' AND t.waiting IS NOT DISTINCT FROM 'unproven-trace')
    AND NOT EXISTS (SELECT FROM watcher.outbox o
                    WHERE o.chain = t.chain AND o.id = t.transfer_id || '#' || t.version)
  ORDER BY t.transfer_id LIMIT ${PAGE}`;

interface Recorded extends Omit<Lacking, 'known'> {
  readonly hash: string | null;
}

/** What the event log says of a movement. */
interface Known {
  readonly version: number;
  readonly status: string;
  readonly hash: string | null;
}

/**
 * Asks the record of the chain-watchers for what the event log lacks: reports that were published and never
 * arrived. Rejects if the database or the event log cannot be read.
 */
export function compareWithWatcher(
  store: EventStore,
  url: string,
  signal: AbortSignal,
): Promise<WatcherComparison> {
  return withClient(url, async (client) => {
    const lacking: Lacking[] = [];
    const chains = new Map<string, { from: bigint; to: bigint }>();
    let [movements, omitted] = [0, 0];
    for await (const page of recordOf(client)) {
      signal.throwIfAborted();
      movements += page.length;
      const states = await statesOf(store, page);
      for (const { hash, ...recorded } of page) {
        const known = states.get(streamOf(recorded)) ?? null;
        if (known !== null && !isLacking({ hash, ...recorded }, known)) continue;
        if (recorded.block !== null) extend(chains, recorded.chain, BigInt(recorded.block));
        if (lacking.length === LISTED_MAX) omitted += 1;
        else lacking.push({ ...recorded, known: known && String(known.version) });
      }
    }
    const remedies = Array.from(chains, ([chain, { from, to }]) => {
      const blocks = `--from ${from} --to ${to}`;
      const allowed = to - from < UNASKED_BLOCKS_MAX ? '' : ' --yes';
      return `npx daybook watch rescan --chain ${chain} ${blocks} --report-again --after-loss${allowed}`;
    });
    return { movements, lacking, omitted, remedies };
  });
}

async function* recordOf(client: Client): AsyncGenerator<readonly Recorded[]> {
  let after = '';
  for (;;) {
    const { rows } = await client.query<Recorded>(RECORD, [after]);
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.id ?? '';
  }
}

function streamOf({ id, direction }: Pick<Recorded, 'id' | 'direction'>): string {
  return direction === 'in'
    ? streamName('replenishment', replenishmentIdOf(id))
    : streamName('outflow', outflowStreamIdOf(id));
}

async function statesOf(
  store: EventStore,
  page: readonly Recorded[],
): Promise<ReadonlyMap<string, Known>> {
  const streams = (of: Recorded['direction']) =>
    page.filter(({ direction }) => direction === of).map(streamOf);
  const [arrived, left] = await Promise.all([
    loadStates(store, replenishment, streams('in')),
    loadStates(store, outflow, streams('out')),
  ]);
  const known = new Map<string, Known>();
  for (const [stream, state] of [...arrived, ...left]) {
    if (state.status === 'absent') continue;
    const { version, status, block } = state;
    known.set(stream, { version, status, hash: block?.hash ?? null });
  }
  return known;
}

/**
 * Whether a report is missing by which something would change. Every version is kept, but one that changed
 * nothing and skipped none; earlier ledgers kept no such version at all, so what they have decided in the block
 * that the watcher shows lacks nothing.
 */
function isLacking({ version, status, hash }: Recorded, known: Known): boolean {
  if (BigInt(version) <= BigInt(known.version) + 1n) return false;
  const isShown = status === 'detected' || status === 'final';
  const isDecided = known.status !== 'detected' || status === 'detected';
  return !(isShown && isDecided && known.hash === hash);
}

function extend(
  chains: Map<string, { from: bigint; to: bigint }>,
  chain: string,
  block: bigint,
): void {
  const { from, to } = chains.get(chain) ?? { from: block, to: block };
  chains.set(chain, { from: block < from ? block : from, to: block > to ? block : to });
}
