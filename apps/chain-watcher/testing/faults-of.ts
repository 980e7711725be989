import type { OutflowV1, TransferV1 } from '@daybook/contracts';
import { isTraced, type Movement, outflowIdOf } from '../src/match/movements';
import { balanceFaults } from './balance-faults';
import { isCredited, openBooks } from './books';
import type { Told } from './crashing';
import type { Outcome } from './simulation';

/** What may follow what in a life; a life begins after `nothing`. */
const SUCCESSORS: Readonly<Record<TransferV1['status'] | 'nothing', readonly string[]>> = {
  nothing: ['seen', 'detected', 'failed'],
  seen: ['detected', 'failed', 'dropped'],
  dropped: ['detected', 'failed'],
  detected: ['final', 'reverted'],
  final: ['reverted'],
  failed: ['reverted'],
  reverted: ['detected', 'failed'],
};

/** What is wrong with an outcome; nothing when the published versions match the chain exactly. */
export function faultsOf(outcome: Outcome): string[] {
  const { published, forgottenAt, truth, unscanned, thefts, lies } = outcome;
  const faults = unscanned.map(({ from, to }) => `${from} to ${to} were never scanned`);
  const lives = new Map<string, Told>();
  const books = openBooks();
  const delivered = new Set<string>();
  /** Transfers published before the watcher's memory was deleted, and not since. */
  const forgotten = new Set<string>();
  for (const [n, transfer] of published.entries()) {
    if (n === forgottenAt) for (const id of lives.keys()) forgotten.add(id);
    const { transferId: id, version, status } = transfer;
    if (transfer.direction === 'in') books.record(transfer as Told & TransferV1);
    else books.recordOutflow({ ...transfer, outflowId: outflowIdOf(id) } as Told & OutflowV1);
    if (thefts.has(transfer.txHash ?? '') && status === 'final')
      faults.push(`${id} is a theft, and final`);
    if (![0, 1].includes(books.creditsOf(id))) faults.push(`${id} was credited twice`);
    // At-least-once: a repeat of a message is no news.
    if (delivered.has(`${id}#${version}`)) continue;
    delivered.add(`${id}#${version}`);
    const before = lives.get(id);
    if (before && before.version >= version) faults.push(`${id} went back from ${before.version}`);
    const last = forgotten.delete(id) ? 'nothing' : (before?.status ?? 'nothing');
    // An outflow is never only seen, and failed only where it was told before.
    const isStrange = transfer.direction === 'out' && last === 'nothing' && status !== 'detected';
    // What was proven at last goes on.
    const isProven = last === 'detected' && status === 'detected' && isTraced(id);
    if (!isProven && (!SUCCESSORS[last].includes(status) || isStrange)) {
      faults.push(`${id} went from ${before?.status} to ${status}`);
    }
    lives.set(id, transfer);
  }
  if (forgottenAt === published.length) for (const id of lives.keys()) forgotten.add(id);
  const mustBeFound = foundFor(outcome);
  const traced = new Set(
    [...truth].flatMap(([id, { movement }]) => (isTraced(id) ? [sideKey(movement)] : [])),
  );
  for (const [id, { movement, block }] of truth) {
    const life = lives.get(id);
    if (movement.direction === 'out' && movement.failed && (!life || forgotten.has(id))) continue;
    if (isTraced(id) && (lies > 0 || (!mustBeFound(id) && !isFinal(life)))) continue;
    const isDue = life !== undefined && !movement.failed && isCredited(life);
    const booked = isDue ? 'confirmed' : 'rejected';
    const isBooked = books.statusOf(id) === booked && books.creditsOf(id) === Number(isDue);
    if (movement.direction === 'in' && !isBooked) {
      faults.push(`${id} is ${books.statusOf(id)} in the books, not ${booked}`);
    }
    if (forgotten.has(id)) faults.push(`${id} was not found again`);
    const expected = movement.failed ? 'failed' : 'final';
    if (life?.status !== expected) faults.push(`${id} is ${life?.status}, not ${expected}`);
    const { asset, amount, from, to } = movement;
    // Beside traces that were not proven yet something else may be netted. The sums show whether it is right.
    const isKnown = !traced.has(sideKey(movement));
    const netOf = (of: { netted?: string | bigint }) => (isKnown ? ` less ${of.netted ?? 0}` : '');
    const shown = { asset, amount: `${amount}${netOf(movement)}`, from, to, block };
    const published = life && {
      asset: life.asset,
      amount: `${life.amount}${netOf(life)}`,
      from: life.from,
      to: life.to,
      block: life.block?.hash,
    };
    if (JSON.stringify(published) !== JSON.stringify(shown))
      faults.push(`${id} is published differently`);
  }
  for (const [id, life] of lives) {
    const { status } = life;
    // The new memory cannot know that the chain contained it.
    if (forgotten.has(id)) continue;
    // Of a provider that lies only the sums must be right: it may name true movements otherwise.
    if (isTraced(id) && (isWaiting(life) || lies > 0)) continue;
    if (!truth.has(id) && status !== 'reverted' && status !== 'dropped') {
      faults.push(`${id} is ${status}, but the chain does not show it`);
    }
  }
  const isForgotten = ({ transferId }: Told) => forgotten.has(transferId);
  const all = [...lives.values()];
  const kept = all.filter((life) => !isForgotten(life));
  const sums = { published: kept, forgotten: all.filter(isForgotten), books: books.custody() };
  return [...faults, ...balanceFaults(outcome, sums)];
}

/** What one address gains or loses of one asset in one transaction. */
function sideKey({ txHash, asset, direction, from, to }: Told | Movement): string {
  return `${txHash} ${asset} ${direction === 'in' ? to : from}`;
}

/** Whether only a trace shows it, and nothing proves it. */
function isWaiting({ status, ...told }: Told): boolean {
  return status === 'detected' && 'unprovenTrace' in told;
}

function isFinal(life: Told | undefined): boolean {
  return life?.status === 'final';
}

/**
 * Which movements that only traces show must be found: all, where each provider serves true traces and proofs, save
 * where the traces both pay an address and take from it in different transactions of a block. Then nothing proves what
 * its other movements of the block are either, nor what those with which it exchanges coins there move.
 */
function foundFor({ truth, showsAll }: Outcome): (id: string) => boolean {
  const nets = new Map<string, Map<string | null, bigint>>();
  const traced = [...truth].flatMap(([id, shown]) => (isTraced(id) ? [shown] : []));
  for (const { movement, block } of traced) {
    const { direction, amount, txHash, from, to } = movement;
    const key = `${block} ${direction === 'in' ? to : from}`;
    const net = nets.get(key) ?? new Map<string | null, bigint>();
    net.set(txHash, (net.get(txHash) ?? 0n) + (direction === 'in' ? amount : -amount));
    nets.set(key, net);
  }
  const isMixed = (all: readonly bigint[]) =>
    all.some((net) => net > 0n) && all.some((net) => net < 0n);
  const unprovable = new Set(
    [...nets].flatMap(([key, net]) => (isMixed([...net.values()]) ? [key] : [])),
  );
  const sidesOf = ({ movement: { from, to }, block }: (typeof traced)[number]) => [
    `${block} ${from}`,
    `${block} ${to}`,
  ];
  for (let size = -1; size !== unprovable.size; ) {
    size = unprovable.size;
    for (const sides of traced.map(sidesOf)) {
      if (sides.some((side) => unprovable.has(side))) for (const it of sides) unprovable.add(it);
    }
  }
  return (id) => {
    const shown = truth.get(id);
    const isUnprovable = shown !== undefined && sidesOf(shown).some((it) => unprovable.has(it));
    return showsAll && !isUnprovable;
  };
}
