import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TransferV1 } from '@daybook/contracts';
import { type Keccak, loadKeccak } from '../../../libs/chains/src/evm/keccak';
import { isCredited, openBooks } from '../testing/books';
import { type Outcome, simulate } from '../testing/simulation';

const FIRST_SEED = 1;
/** A story takes about 10 ms. */
const SEEDS = Number(process.env.DAYBOOK_SIMULATION_SEEDS ?? 300);

const keptSeeds = [...readFileSync(join(__dirname, 'seeds.md'), 'utf8').matchAll(/^- (\d+)/gm)].map(
  ([, seed]) => Number(seed),
);

let keccak: Keccak;
beforeAll(async () => {
  keccak = await loadKeccak();
});

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
function faultsOf({ published, forgottenAt, truth }: Outcome): string[] {
  const faults: string[] = [];
  const lives = new Map<string, TransferV1>();
  const books = openBooks();
  const delivered = new Set<string>();
  /** Transfers published before the watcher's memory was deleted, and not since. */
  const forgotten = new Set<string>();
  for (const [n, transfer] of published.entries()) {
    if (n === forgottenAt) for (const id of lives.keys()) forgotten.add(id);
    const { transferId: id, version, status } = transfer;
    books.record(transfer);
    if (![0, 1].includes(books.creditsOf(id))) faults.push(`${id} was credited twice`);
    // At-least-once: a repeat of a message is no news.
    if (delivered.has(`${id}#${version}`)) continue;
    delivered.add(`${id}#${version}`);
    const before = lives.get(id);
    if (before && before.version >= version) faults.push(`${id} went back from ${before.version}`);
    const last = forgotten.delete(id) ? 'nothing' : (before?.status ?? 'nothing');
    if (!SUCCESSORS[last].includes(status)) {
      faults.push(`${id} went from ${before?.status} to ${status}`);
    }
    lives.set(id, transfer);
  }
  if (forgottenAt === published.length) for (const id of lives.keys()) forgotten.add(id);
  for (const [id, { transfer, block }] of truth) {
    const life = lives.get(id);
    const isDue = life !== undefined && !transfer.failed && isCredited(life);
    const booked = isDue ? 'confirmed' : 'rejected';
    if (books.statusOf(id) !== booked || books.creditsOf(id) !== Number(isDue)) {
      faults.push(`${id} is ${books.statusOf(id)} in the books, not ${booked}`);
    }
    if (forgotten.has(id)) faults.push(`${id} was not found again`);
    const expected = transfer.failed ? 'failed' : 'final';
    if (life?.status !== expected) faults.push(`${id} is ${life?.status}, not ${expected}`);
    const { asset, amount, from, to } = transfer;
    const shown = { asset, amount: amount.toString(), from, to, block };
    const published = life && {
      asset: life.asset,
      amount: life.amount,
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
  return faults;
}

describe('a watch under faults, reorgs and crashes', () => {
  it('publishes what the chain shows (seeds that once failed)', async () => {
    for (const seed of keptSeeds) {
      expect([seed, faultsOf(await simulate(seed, keccak))]).toEqual([seed, []]);
    }
  });

  it(`publishes what the chain shows (seeds ${FIRST_SEED} to ${FIRST_SEED + SEEDS - 1})`, async () => {
    const failures: string[] = [];
    let transfers = 0;
    let reverts = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const outcome = await simulate(seed, keccak).catch((error: Error) => {
        failures.push(`seed ${seed}: ${error.stack}`);
        return { published: [], forgottenAt: 0, truth: new Map(), requests: [] };
      });
      transfers += outcome.truth.size;
      reverts += outcome.published.filter(({ status }) => status === 'reverted').length;
      for (const fault of faultsOf(outcome)) failures.push(`seed ${seed}: ${fault}`);
    }
    expect(failures).toEqual([]);
    // The stories are worth nothing when nothing happens in them.
    expect(transfers).toBeGreaterThan(SEEDS);
    expect(reverts).toBeGreaterThan(SEEDS / 2);
  });

  it('publishes what the chain shows when an operator asks for rescans and resets the ring', async () => {
    const failures: string[] = [];
    const ends: Record<string, number> & Record<'operator' | 'ring-reset' | 'versions', number> = {
      ...{ operator: 0, 'ring-reset': 0, versions: 0 },
    };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const outcome = await simulate(seed, keccak, { operator: true }).catch((error: Error) => {
        throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
      });
      for (const fault of faultsOf(outcome)) failures.push(`seed ${seed}: ${fault}`);
      for (const { origin, state, versions, reason } of outcome.requests) {
        if (state === 'done') ends[origin] = (ends[origin] ?? 0) + 1;
        if (origin === 'ring-reset') ends.versions += versions;
        if (state === 'waiting' || state === 'running') {
          failures.push(`seed ${seed}: a request (${origin}) is ${state}, ${reason}`);
        }
      }
    }
    expect(failures).toEqual([]);
    // Otherwise the test would prove nothing.
    expect(ends.operator).toBeGreaterThan(SEEDS);
    expect(ends['ring-reset']).toBeGreaterThan(SEEDS / 10);
    expect(ends.versions).toBeGreaterThan(SEEDS / 10);
  });

  it('is deterministic', async () => {
    expect(await simulate(7, keccak)).toEqual(await simulate(7, keccak));
  });
});
