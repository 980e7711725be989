import type { Keccak } from '../../../libs/chains/src/evm/keccak';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import type { Rescan } from '../src/state/rescan';
import { type Heights, unscannedHeights } from '../src/state/scanned';
import { CLOCK_MARGIN_MS } from '../src/state/watch-state';
import { witnessAcknowledgement } from './acknowledged';
import { AddressTopic } from './address-topic';
import { Crash, CrashingLog, CrashingStore, type Told } from './crashing';
import { CHAIN, ModelChain } from './model-chain';
import { moveChain, pendingOf } from './model-moves';
import { PURSES } from './model-state';
import { type Balances, balancesOf, type Truth, truthOf } from './model-truth';
import { createOperator, pauseRequest } from './operator';
import { createRandom } from './random';
import { WINDOW } from './simulated-chain';
import { createProcess } from './simulated-process';
import { createProviders, FINALITY_DEPTH } from './simulated-providers';

/** A story of this many actions has about thirty blocks. */
const STEPS = 150;

export interface Story {
  /** With reorgs deeper than the ring, after which the ring is reset, and rescans. */
  readonly operator?: boolean;
  /** With pauses, and rescans of transactions. */
  readonly pauses?: boolean;
  /** How many blocks the chain makes; as many as come with 150 actions when left out. */
  readonly blocks?: number;
}

export interface Outcome {
  /** How many blocks the chain made, those that reorgs removed included. */
  readonly blocks: number;
  readonly providers: number;
  /** Blocks that joined the chain as a gap. */
  readonly gaps: number;
  /** Heights up to the final block that nobody scanned and nobody lists. */
  readonly unscanned: readonly Heights[];
  /** Every message in the order of its arrival, repeats included. */
  readonly published: readonly Told[];
  /** How many of them had arrived when the watcher's memory was deleted. */
  readonly forgottenAt: number;
  /** What the watched part of the chain shows in the end to the addresses. */
  readonly truth: Truth;
  /** What they have in the end. */
  readonly balances: Balances;
  /** Whether everything that only traces show must be found. */
  readonly showsAll: boolean;
  /** How often traces were invented. */
  readonly lies: number;
  /** Transactions that only a provider that lies has shown. */
  readonly thefts: ReadonlySet<string>;
  /** What was asked since the memory was deleted, and what came of it. */
  readonly requests: readonly Rescan[];
}

/** Runs random actions of chain, providers, ledger and watcher, then lets everything settle. */
export async function simulate(
  seed: number,
  keccak: Keccak,
  { operator = false, pauses = false, blocks }: Story = {},
): Promise<Outcome> {
  const random = createRandom(seed);
  const startBlock = seed % 2 === 0 ? 1 : null;
  let nowMs = 1_700_000_000_000;
  /** How far the watcher's clock is behind: another machine may continue after a memory is lost. */
  let behindMs = 0;
  const world: { isMoving: boolean } = { isMoving: true };
  const model = new ModelChain(random, keccak, () => Math.floor(nowMs / 1000));
  const crashes: { rarity: number | null } = { rarity: random.pick([null, 8, 40]) };
  const maybeCrash = () => {
    if (crashes.rarity !== null && random.oneIn(crashes.rarity)) throw new Crash();
  };
  const [store, log] = [new CrashingStore(maybeCrash), new CrashingLog(maybeCrash)];
  const topic = new AddressTopic(random);
  const witness = witnessAcknowledgement(model, store, topic.mints, log.told);
  const recipients = () =>
    topic.mints.filter(({ family }) => family === 'evm').map(({ address }) => address);
  const providers = createProviders({
    ...{ model, random, recipients, mayLie: operator, now: () => nowMs },
    meanwhile() {
      if (world.isMoving && random.oneIn(40)) moveChain(model, random, recipients());
    },
  });
  const process = createProcess({
    ...{ random, store, log, topic, witness, client: providers.pool, startBlock },
    ...{ now: () => nowMs - behindMs, isMoving: () => world.isMoving },
  });
  /** The longest pause between two actions: with long ones, a block in doubt becomes a gap. */
  const pauseMs = random.pick([20_000, 20_000, 90_000]);

  const { pass, relay, deliver, ask, acknowledge } = process;
  const actions: (() => unknown)[] = [
    ...[pass, pass, pass, relay, deliver, deliver, ask, acknowledge, ...providers.moves],
    () => model.mine(),
    () => model.mine(),
    () => moveChain(model, random, recipients()),
    () => {
      nowMs += random.integer(pauseMs);
    },
    () => {
      const family = random.oneIn(5) ? 'tron' : 'evm';
      const { length } = topic.mints;
      if (length < PURSES) topic.mint(family, addressOf(`purse ${length}`), nowMs);
    },
    () => topic.relay(world.isMoving),
    () => random.oneIn(3) && topic.compact(),
    () => random.oneIn(2) && process.retryParked(),
    () => {
      const { hash, sender, nonce, plan } = model.send(recipients());
      if (random.oneIn(2)) process.watch()?.offerPending(pendingOf(hash, sender, nonce, plan(0)));
    },
    () => model.send(recipients()),
    () => model.replace(recipients()),
    () => random.oneIn(5) && process.depose(),
    process.haunt,
  ];
  const asks = createOperator(random, store, model);
  if (operator) {
    actions.push(
      () => asks.rescan(),
      () => asks.cancel(),
      () => asks.resetIfStuck(process.watch()),
      () => random.oneIn(4) && asks.sufferDeepReorg(WINDOW),
    );
  }
  if (pauses) {
    actions.push(
      () => random.oneIn(2) && process.requested(asks.pauseOrResume),
      () => asks.rescanTransaction(),
    );
  }
  const isOver = (n: number) => (blocks === undefined ? n >= STEPS : model.made >= blocks);
  const wipeAt = seed % 3 === 0 ? -1 : random.integer(STEPS);
  let forgottenAt = 0;
  for (let n = 0; !isOver(n); n++) {
    if (n === wipeAt) {
      process.stop();
      nowMs += 2_000;
      // Less than the margin, and never so much that the new memory seems older than the old one.
      const age = nowMs - ((await store.load(CHAIN)).startedAt ?? nowMs);
      behindMs = random.integer(Math.max(1, Math.min(CLOCK_MARGIN_MS, age) - 1_000));
      store.wipe();
      witness.forgotten();
      forgottenAt = log.told.length;
    }
    await random.pick(actions)();
    await witness.check();
  }

  // Nothing fails any more, the chain grows past every finality, and sightings grow old.
  [crashes.rarity, world.isMoving, model.pool] = [null, false, []];
  providers.heal();
  for (let n = 0; n < FINALITY_DEPTH + 1; n++) model.mine();
  // Twice as many show no more. A rescan of a long story takes more passes.
  const rounds = 30 + Math.ceil((blocks ?? 0) / 10);
  for (let n = 0; n < rounds; n++) {
    if ((await store.load(CHAIN)).paused !== null) {
      await process.requested((watch) => watch.takeRequest(pauseRequest('resume')));
    }
    if (n === 10) nowMs += 3_600_000;
    // A block that is still in doubt becomes a gap before its content is known at last.
    if (n === 15) providers.liftCurse();
    if (n > 15) nowMs += 31_000;
    // Sightings that were found meanwhile grow old, too.
    if (n === 25) nowMs += 3_600_000;
    topic.relay(false);
    process.retryParked();
    if (operator) await asks.resetIfStuck(process.watch());
    for (const action of [deliver, pass, relay, ask, acknowledge]) {
      await action();
      await witness.check();
    }
  }
  const record = await store.load(CHAIN);
  const lastMint = topic.mints.at(-1)?.position ?? null;
  if (String(record.acknowledged) !== String(lastMint)) {
    throw new Error(`Acknowledged up to ${record.acknowledged}, not ${lastMint}.`);
  }
  const listed = record.quarantine.map(({ number }) => number);
  const upTo = Math.min(record.finalNumber ?? -1, record.ring.at(-1)?.number ?? -1);
  return {
    ...{ blocks: model.made, providers: providers.pool.size, gaps: process.gaps() },
    unscanned: unscannedHeights({ ...record, listed }, upTo),
    published: log.told,
    ...{ forgottenAt, thefts: model.thefts, requests: store.requested(CHAIN) },
    truth: truthOf(model, new Set(recipients()), startBlock ?? 0),
    balances: balancesOf(model, new Set(recipients())),
    showsAll: providers.showsAll && providers.tracing.withheld === 0,
    lies: providers.tracing.lies,
  };
}
