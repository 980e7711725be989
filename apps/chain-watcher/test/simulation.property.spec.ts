import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Keccak, loadKeccak } from '../../../libs/chains/src/evm/keccak';
import { isTraced } from '../src/match/movements';
import { faultsOf } from '../testing/faults-of';
import { simulate } from '../testing/simulation';

const FIRST_SEED = 51;
/** A story takes about 50 ms. */
const SEEDS = Number(process.env.DAYBOOK_SIMULATION_SEEDS ?? 50);

/** Longer ones: `npm run simulate` runs one of them alone. */
const LONG_SEEDS = Array.from({ length: 6 }, (_, n) => 1_001 + n);
const LONG_BLOCKS = 500;
/** Of all stories together. */
const BLOCKS_MIN = 10_000;

/** Two minutes on two busy cores would still be no sign of a fault. */
const PATIENCE_MS = 240_000;

const keptSeeds = [...readFileSync(join(__dirname, 'seeds.md'), 'utf8').matchAll(/^- (\d+)/gm)].map(
  ([, seed]) => Number(seed),
);

let keccak: Keccak;
beforeAll(async () => {
  keccak = await loadKeccak();
});

jest.setTimeout(PATIENCE_MS);

let blocks = 0;

async function tell(seed: number, story?: Parameters<typeof simulate>[2]) {
  const outcome = await simulate(seed, keccak, story);
  blocks += outcome.blocks;
  return outcome;
}

describe('a watch under faults, reorgs and crashes', () => {
  it('publishes what the chain shows (seeds that once failed)', async () => {
    for (const seed of keptSeeds) {
      for (const story of [{}, { operator: true }, { pauses: true }]) {
        expect([seed, faultsOf(await tell(seed, story))]).toEqual([seed, []]);
      }
    }
  });

  it(`publishes what the chain shows (seeds ${FIRST_SEED} to ${FIRST_SEED + SEEDS - 1})`, async () => {
    const failures: string[] = [];
    let transfers = 0;
    let reverts = 0;
    let gaps = 0;
    let thefts = 0;
    let lies = 0;
    const outflows = { final: 0, fees: 0, netted: 0 };
    /** Of what only traces show, and of what tokens say in a way of their own. */
    const strange = { proven: 0, waiting: 0, unreadable: 0 };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const outcome = await tell(seed).catch((error: Error) => {
        failures.push(`seed ${seed}: ${error.stack}`);
        return null;
      });
      if (outcome === null) continue;
      transfers += outcome.truth.size;
      gaps += outcome.gaps;
      thefts += outcome.published.filter(({ txHash }) => outcome.thefts.has(txHash ?? '')).length;
      reverts += outcome.published.filter(({ status }) => status === 'reverted').length;
      for (const fault of faultsOf(outcome)) failures.push(`seed ${seed}: ${fault}`);
      lies += outcome.lies;
      for (const { direction, status, to, netted, transferId, ...told } of outcome.published) {
        if (status === 'final' && isTraced(transferId)) strange.proven += 1;
        if ('unprovenTrace' in told) strange.waiting += 1;
        if (told.unreadable) strange.unreadable += 1;
        if (direction === 'in') continue;
        if (status === 'final') outflows[to === null ? 'fees' : 'final'] += 1;
        if (netted !== undefined) outflows.netted += 1;
      }
    }
    expect(failures).toEqual([]);
    // The stories are worth nothing when nothing happens in them.
    for (const [what, count] of Object.entries({ ...outflows, ...strange, lies })) {
      expect([what, count > SEEDS / 2]).toEqual([what, true]);
    }
    expect(transfers).toBeGreaterThan(SEEDS);
    expect(reverts).toBeGreaterThan(SEEDS / 2);
    expect(gaps).toBeGreaterThan(SEEDS / 20);
    expect(thefts).toBeGreaterThan(SEEDS / 20);
  });

  it('publishes what the chain shows when an operator asks for rescans and resets the ring', async () => {
    const failures: string[] = [];
    const ends: Record<string, number> & Record<'operator' | 'ring-reset' | 'versions', number> = {
      ...{ operator: 0, 'ring-reset': 0, versions: 0 },
    };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const outcome = await tell(seed, { operator: true }).catch((error: Error) => {
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

  it('publishes what the chain shows when an operator pauses the chain and resumes it', async () => {
    const failures: string[] = [];
    const ends = new Map<string, number>();
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const outcome = await tell(seed, { pauses: true }).catch((error: Error) => {
        throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
      });
      for (const fault of faultsOf(outcome)) failures.push(`seed ${seed}: ${fault}`);
      for (const { origin, state, reason } of outcome.requests) {
        const end = `${origin} ${state}`;
        ends.set(end, (ends.get(end) ?? 0) + 1);
        if (state === 'waiting' || state === 'running') {
          failures.push(`seed ${seed}: a request (${origin}) is ${state}, ${reason}`);
        }
      }
    }
    expect(failures).toEqual([]);
    // Otherwise the test would prove nothing.
    for (const end of ['pause done', 'resume done', 'operator done', 'operator refused']) {
      expect([end, (ends.get(end) ?? 0) > SEEDS / 4]).toEqual([end, true]);
    }
  });

  it(`publishes what the chain shows over ${LONG_SEEDS.length * LONG_BLOCKS} blocks`, async () => {
    const failures: string[] = [];
    for (const seed of LONG_SEEDS) {
      const outcome = await tell(seed, { blocks: LONG_BLOCKS });
      expect(outcome.blocks).toBeGreaterThanOrEqual(LONG_BLOCKS);
      for (const fault of faultsOf(outcome)) failures.push(`seed ${seed}: ${fault}`);
    }
    expect(failures).toEqual([]);
  });

  it(`has shown ${BLOCKS_MIN} blocks in all`, () => {
    expect(blocks).toBeGreaterThanOrEqual(BLOCKS_MIN);
  });

  it('is deterministic', async () => {
    expect(await simulate(7, keccak)).toEqual(await simulate(7, keccak));
  });
});
