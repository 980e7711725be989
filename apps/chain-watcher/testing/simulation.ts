import {
  type AddressTable,
  createAddressTable,
  createEvmClient,
  createPool,
  InvalidBlock,
  RpcFailure,
} from '@daybook/chains';
import type { TransferV1 } from '@daybook/contracts';
import type { Keccak } from '../../../libs/chains/src/evm/keccak';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { offerMessages, readAddresses } from '../src/addresses/purse-addresses.consumer';
import { createReadMark, type ReadMark } from '../src/addresses/read-mark';
import type { Position } from '../src/state/position';
import type { Rescan } from '../src/state/rescan';
import { type Heights, unscannedHeights } from '../src/state/scanned';
import { CLOCK_MARGIN_MS } from '../src/state/watch-state';
import type { Leadership } from '../src/state/watcher-store';
import { createWatch, type Watch } from '../src/watch/watch';
import { witnessAcknowledgement } from './acknowledged';
import { AddressTopic } from './address-topic';
import { Crash, CrashingLog, CrashingStore } from './crashing';
import { faultyNode, type Trouble } from './faulty-node';
import { CHAIN, IDS, ModelChain } from './model-chain';
import { moveChain, pendingOf } from './model-moves';
import { createOperator, pauseRequest } from './operator';
import { createRandom } from './random';
import { chain, registry, silent, WINDOW } from './simulated-chain';

/** A story of this many actions has about thirty blocks. */
const STEPS = 150;
/** Deeper than any reorg but those of stories with an operator, who resolves what breaks finality. */
const FINALITY_DEPTH = WINDOW - 1;

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
  /** Blocks that joined the chain as a gap. */
  readonly gaps: number;
  /** Heights up to the final block that nobody scanned and nobody lists. */
  readonly unscanned: readonly Heights[];
  /** Every message in the order of its arrival, repeats included. */
  readonly published: readonly TransferV1[];
  /** How many of them had arrived when the watcher's memory was deleted. */
  readonly forgottenAt: number;
  /** What the watched part of the chain shows in the end to the addresses, by transfer id. */
  readonly truth: ReturnType<ModelChain['truth']>;
  /** What was asked since the memory was deleted, and what came of it. */
  readonly requests: readonly Rescan[];
}

/** Runs random actions of chain, node, ledger and watcher, then lets everything settle. */
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
  const model = new ModelChain(random, keccak, () => Math.floor(nowMs / 1000));
  const trouble: Trouble = {
    ...{ rarity: random.pick([null, 5, 20, 60]), isStale: false, cursed: null },
  };
  /** The longest pause between two actions: with long ones, a block in doubt becomes a gap. */
  const pauseMs = random.pick([20_000, 20_000, 90_000]);
  let gaps = 0;
  const crashes: { rarity: number | null } = { rarity: random.pick([null, 8, 40]) };
  const maybeCrash = () => {
    if (crashes.rarity !== null && random.oneIn(crashes.rarity)) throw new Crash();
  };
  const store = new CrashingStore(maybeCrash);
  const log = new CrashingLog(maybeCrash);
  const topic = new AddressTopic(random);
  const witness = witnessAcknowledgement(model, store, topic.mints, log.transfers);
  const world: { isMoving: boolean } = { isMoving: true };
  const node = createEvmClient(
    faultyNode(
      ...([model, random, trouble] as const),
      () => {
        if (world.isMoving && random.oneIn(40)) moveChain(model, random, recipients());
      },
      { finalityDepth: FINALITY_DEPTH, mayLie: operator },
    ),
    CHAIN,
    IDS,
  );
  const cursing = {
    ...node,
    /** A cursed block has a header that can be recomputed, and content that nobody has. */
    async block(at: number | string) {
      const block = await node.block(at);
      if (block === null || block.hash !== trouble.cursed) return block;
      const { number, hash, parentHash, time } = block;
      const header = { number, hash, parentHash, time };
      throw new InvalidBlock('A receipt is missing.', { header, headerProven: true });
    },
  };
  const client = createPool(chain, [{ name: 'node', client: cursing }]);
  let running: Running | undefined;
  let zombie: Watch | undefined;
  let forgottenAt = 0;

  function recipients(): string[] {
    return topic.mints.filter(({ family }) => family === 'evm').map(({ address }) => address);
  }

  async function start(): Promise<Running> {
    store.depose(CHAIN);
    const leadership = (await store.lead(CHAIN)) as Leadership;
    const table: AddressTable = createAddressTable('evm');
    await readAddresses(store, CHAIN, table);
    const parts = {
      chain,
      startBlock,
      registry,
      log,
      client,
      store,
      leadership,
      table,
      now: () => nowMs - behindMs,
      events: {
        ...silent,
        quarantined(changed: readonly { readonly state: string }[]) {
          gaps += changed.filter(({ state }) => state === 'gap').length;
        },
      },
    };
    const record = await store.load(CHAIN);
    running = {
      watch: createWatch(parts, record),
      group: await store.id(),
      mark: createReadMark(record.taken, record.acknowledged),
      asked: undefined,
      isDelivering: false,
    };
    return running;
  }

  function stop(): void {
    running?.watch.close();
    running = undefined;
    witness.restarted();
  }

  /** One step of the watcher's process, which may die in it. Errors of the node do not kill it. */
  async function step(work: (running: Running) => Promise<unknown>): Promise<void> {
    const process = running ?? (await start());
    try {
      await work(process);
    } catch (error) {
      if (error instanceof RpcFailure || error instanceof InvalidBlock) return;
      if (!(error instanceof Crash)) throw error;
      stop();
    }
  }

  const pass = () => step(({ watch }) => watch.pass());
  const relay = () =>
    step(async ({ watch }) => {
      if (!(await watch.publish())) await witness.drained();
    });

  /** The log hands out some messages, and may not hear that they were handled. */
  async function deliver(): Promise<void> {
    const process = running ?? (await start());
    const { watch, group, mark } = process;
    if (process.isDelivering) return;
    const batch = topic.next(group, 1 + random.integer(5));
    if (batch.length === 0) return;
    process.isDelivering = true;
    const isHeard = !world.isMoving || !random.oneIn(5);
    void offerMessages(batch, 'evm', watch.offerAddresses, mark)
      .then((poison) => {
        if (isHeard) topic.handled(group, batch, poison);
        else mark.repeat();
      }, mark.repeat)
      .finally(() => {
        process.isDelivering = false;
      });
  }

  /** The answer to how the reading stands may come long after the question. */
  function ask(): void {
    if (!running || running.asked) return;
    const { group, mark } = running;
    const lag = topic.lag(group);
    running.asked = { read: mark.read, lag, parkedKeys: topic.parkedKeys(group) };
  }

  const acknowledge = () =>
    step(async (process) => {
      const { watch, mark, asked } = process;
      if (asked) mark.look(asked.read, asked.lag, asked.parkedKeys);
      process.asked = undefined;
      await watch.acknowledge(mark.complete);
    });

  const actions: (() => unknown)[] = [
    () => model.mine(),
    () => model.mine(),
    () => moveChain(model, random, recipients()),
    () => {
      nowMs += random.integer(pauseMs);
    },
    () => {
      trouble.isStale = random.oneIn(4);
    },
    () => {
      if (!random.oneIn(3)) return;
      const { block } = random.pick(model.canonical.slice(-3));
      trouble.cursed = trouble.cursed === null ? block.hash : null;
    },
    () => {
      const family = random.oneIn(5) ? 'tron' : 'evm';
      topic.mint(family, addressOf(`purse ${topic.mints.length}`), nowMs);
    },
    () => topic.relay(world.isMoving),
    () => random.oneIn(3) && topic.compact(),
    () => running && random.oneIn(2) && topic.retry(running.group),
    deliver,
    deliver,
    ask,
    acknowledge,
    () => {
      const { hash, sender, nonce, plan } = model.send(recipients());
      if (random.oneIn(2)) running?.watch.offerPending(pendingOf(hash, sender, nonce, plan(0)));
    },
    () => model.send(recipients()),
    () => model.replace(recipients()),
    pass,
    pass,
    pass,
    relay,
    // A leader is declared dead and lives on: once another leads, it must have no effect.
    () => {
      if (!running || !random.oneIn(5)) return;
      zombie = running.watch;
      stop();
    },
    async () => {
      await zombie?.pass().catch(() => {
        zombie = undefined;
      });
    },
  ];
  if (operator) {
    const asks = createOperator(random, store, model);
    actions.push(
      () => asks.rescan(),
      () => asks.cancel(),
      () => asks.resetIfStuck(running?.watch),
      () => random.oneIn(4) && asks.sufferDeepReorg(WINDOW),
    );
  }
  if (pauses) {
    const asks = createOperator(random, store, model);
    actions.push(
      () => random.oneIn(2) && step(({ watch }) => asks.pauseOrResume(watch)),
      () => asks.rescanTransaction(),
    );
  }
  const isOver = (n: number) => (blocks === undefined ? n >= STEPS : model.made >= blocks);
  const wipeAt = seed % 3 === 0 ? -1 : random.integer(STEPS);
  for (let n = 0; !isOver(n); n++) {
    if (n === wipeAt) {
      stop();
      nowMs += 2_000;
      // Less than the margin, and never so much that the new memory seems older than the old one.
      const age = nowMs - ((await store.load(CHAIN)).startedAt ?? nowMs);
      behindMs = random.integer(Math.max(1, Math.min(CLOCK_MARGIN_MS, age) - 1_000));
      store.wipe();
      witness.forgotten();
      forgottenAt = log.transfers.length;
    }
    await random.pick(actions)();
    await witness.check();
  }

  // Nothing fails any more, the chain grows past every finality, and sightings grow old.
  [trouble.rarity, crashes.rarity, world.isMoving] = [null, null, false];
  trouble.isStale = false;
  model.pool = [];
  for (let n = 0; n < FINALITY_DEPTH + 1; n++) model.mine();
  for (let n = 0; n < 60; n++) {
    if ((await store.load(CHAIN)).paused !== null) {
      await step(({ watch }) => watch.takeRequest(pauseRequest('resume')));
    }
    if (n === 20) nowMs += 3_600_000;
    // A block that is still in doubt becomes a gap before its content is known at last.
    if (n === 30) trouble.cursed = null;
    if (n > 30) nowMs += 31_000;
    // Sightings that were found meanwhile grow old, too.
    if (n === 50) nowMs += 3_600_000;
    topic.relay(false);
    if (running) topic.retry(running.group);
    if (operator) await createOperator(random, store, model).resetIfStuck(running?.watch);
    for (const action of [deliver, pass, relay, ask, acknowledge]) {
      await action();
      await witness.check();
    }
  }
  const { acknowledged } = await store.load(CHAIN);
  const lastMint = topic.mints.at(-1)?.position ?? null;
  if (String(acknowledged) !== String(lastMint)) {
    throw new Error(`Acknowledged up to ${acknowledged}, not ${lastMint}.`);
  }
  const record = await store.load(CHAIN);
  const listed = record.quarantine.map(({ number }) => number);
  const upTo = Math.min(record.finalNumber ?? -1, record.ring.at(-1)?.number ?? -1);
  return {
    ...{ blocks: model.made, gaps, unscanned: unscannedHeights({ ...record, listed }, upTo) },
    published: log.transfers.map(({ value }) => JSON.parse(value) as TransferV1),
    forgottenAt,
    requests: store.requested(CHAIN),
    truth: model.truth(new Set(recipients()), startBlock ?? 0),
  };
}

/** A process that watches. */
interface Running {
  readonly watch: Watch;
  readonly group: string;
  readonly mark: ReadMark;
  asked: { readonly read: Position; readonly lag: bigint; readonly parkedKeys: number } | undefined;
  isDelivering: boolean;
}
