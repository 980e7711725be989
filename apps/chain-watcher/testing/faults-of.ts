import type { TransferV1 } from '@daybook/contracts';
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
  const { published, forgottenAt, truth, balances, unscanned, thefts } = outcome;
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
    if (!SUCCESSORS[last].includes(status) || isStrange) {
      faults.push(`${id} went from ${before?.status} to ${status}`);
    }
    lives.set(id, transfer);
  }
  if (forgottenAt === published.length) for (const id of lives.keys()) forgotten.add(id);
  for (const [id, { movement, block }] of truth) {
    const life = lives.get(id);
    if (movement.direction === 'out' && movement.failed && (!life || forgotten.has(id))) continue;
    const isDue = life !== undefined && !movement.failed && isCredited(life);
    const booked = isDue ? 'confirmed' : 'rejected';
    const isBooked = books.statusOf(id) === booked && books.creditsOf(id) === Number(isDue);
    if (movement.direction === 'in' && !isBooked) {
      faults.push(`${id} is ${books.statusOf(id)} in the books, not ${booked}`);
    }
    if (forgotten.has(id)) faults.push(`${id} was not found again`);
    const expected = movement.failed ? 'failed' : 'final';
    if (life?.status !== expected) faults.push(`${id} is ${life?.status}, not ${expected}`);
    const { asset, amount, netted, from, to } = movement;
    const shown = { asset, amount: `${amount} less ${netted}`, from, to, block };
    const published = life && {
      asset: life.asset,
      amount: `${life.amount} less ${life.netted ?? 0}`,
      from: life.from,
      to: life.to,
      block: life.block?.hash,
    };
    if (JSON.stringify(published) !== JSON.stringify(shown))
      faults.push(`${id} is published differently`);
  }
  for (const [id, { status }] of lives) {
    // The new memory cannot know that the chain contained it.
    if (forgotten.has(id)) continue;
    if (!truth.has(id) && status !== 'reverted' && status !== 'dropped') {
      faults.push(`${id} is ${status}, but the chain does not show it`);
    }
  }
  const final = [...lives.values()].filter(
    (it) => it.status === 'final' && !forgotten.has(it.transferId),
  );
  const sums = sumsOf(final);
  for (const key of new Set([...sums.keys(), ...balances.keys()])) {
    const [published, onChain] = [sums.get(key) ?? 0n, balances.get(key) ?? 0n];
    if (published !== onChain) {
      faults.push(`${key} is ${published} by what was published, and ${onChain} on chain`);
    }
  }
  return faults;
}

/** What arrived less what left, by address and asset. */
function sumsOf(told: readonly Told[]): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { direction, asset, amount, netted = '0', from, to } of told) {
    const key = `${direction === 'in' ? to : from} ${asset}`;
    const moved = BigInt(amount) - BigInt(netted);
    sums.set(key, (sums.get(key) ?? 0n) + (direction === 'in' ? moved : -moved));
  }
  return sums;
}
