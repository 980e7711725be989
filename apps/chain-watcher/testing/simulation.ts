import {
  type AddressTable,
  type Chain,
  createAddressTable,
  createEvmClient,
  InvalidBlock,
  RpcFailure,
} from '@daybook/chains';
import { type FinalityV1, TOPICS, type TransferV1 } from '@daybook/contracts';
import { DurableLog, type Message } from '@daybook/messaging';
import type { Keccak } from '../../../libs/chains/src/evm/keccak';
import { pendingTransfers } from '../../../libs/chains/src/evm/transfers';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { policyGroups } from '../src/finality';
import type { Change, Leadership } from '../src/store/watcher-store';
import { createWatch, type Watch } from '../src/watch';
import { faultyNode } from './faulty-node';
import { InMemoryWatcherStore } from './in-memory-store';
import { CHAIN, IDS, ModelChain, TOKEN } from './model-chain';
import { createRandom, type Random } from './random';

/** Small, so that reorgs come near to it. */
export const WINDOW = 8;
const OWN_POLICY: FinalityV1 = { kind: 'depth', confirmations: 3 };
const TOKEN_POLICY: FinalityV1 = { kind: 'tag', tag: 'finalized' };

const chain: Chain = {
  id: CHAIN,
  family: 'evm',
  name: 'Model',
  blockTimeMs: null,
  finality: OWN_POLICY,
  reorgWindow: WINDOW,
};

const silent = { matched() {}, reorganised() {}, rescanned() {}, changed() {}, learned() {} };

/** The process died here, as far as the watcher can tell. */
class Crash extends Error {}

/** A store whose writer dies now and then, right before or right after the write. */
class CrashingStore extends InMemoryWatcherStore {
  constructor(private readonly maybeCrash: () => void) {
    super();
  }

  override async commit(leadership: Leadership, change: Change): Promise<void> {
    this.maybeCrash();
    await super.commit(leadership, change);
    this.maybeCrash();
  }

  override async published(id: string, position: bigint): Promise<void> {
    this.maybeCrash();
    await super.published(id, position);
    this.maybeCrash();
  }
}

/** Keeps what arrives; its caller may die before, or before it hears of the success. */
class CrashingLog extends DurableLog {
  readonly transfers: Message[] = [];

  constructor(private readonly maybeCrash: () => void) {
    super();
  }

  async publish(topic: string, messages: readonly Message[]): Promise<void> {
    this.maybeCrash();
    if (topic === TOPICS.transfer) this.transfers.push(...messages);
    this.maybeCrash();
  }

  subscribe(): never {
    throw new Error('The simulation offers addresses itself.');
  }

  async close(): Promise<void> {}
}

export interface Outcome {
  /** Every message in the order of its arrival, repeats included. */
  readonly published: readonly TransferV1[];
  /** What the watched part of the chain shows in the end to the addresses, by transfer id. */
  readonly truth: ReturnType<ModelChain['truth']>;
}

/** Lives a random story of chain, node, ledger and watcher, then lets everything come to rest. */
export async function simulate(seed: number, keccak: Keccak): Promise<Outcome> {
  const random = createRandom(seed);
  let nowMs = 1_700_000_000_000;
  const model = new ModelChain(random, keccak, () => Math.floor(nowMs / 1000));
  const trouble: { rarity: number | null } = { rarity: random.pick([null, 5, 20, 60]) };
  const crashes: { rarity: number | null } = { rarity: random.pick([null, 8, 40]) };
  const maybeCrash = () => {
    if (crashes.rarity !== null && random.oneIn(crashes.rarity)) throw new Crash();
  };
  const store = new CrashingStore(maybeCrash);
  const log = new CrashingLog(maybeCrash);
  const minted: { readonly address: string; readonly mintedAt: number }[] = [];
  /** Minted, and not yet acknowledged by the watcher. */
  let undelivered: typeof minted = [];
  const world: { isMoving: boolean } = { isMoving: true };
  const client = createEvmClient(
    faultyNode(model, random, trouble, () => {
      if (world.isMoving && random.oneIn(40)) moveChain(model, random, recipients());
    }),
    CHAIN,
    IDS,
  );
  let running: { watch: Watch; leadership: Leadership } | undefined;
  let zombie: Watch | undefined;

  function recipients(): string[] {
    return minted.map(({ address }) => address);
  }

  async function start() {
    store.depose(CHAIN);
    const leadership = (await store.lead(CHAIN)) as Leadership;
    const table: AddressTable = createAddressTable();
    for await (const some of store.addresses(CHAIN)) for (const it of some) table.add(it);
    const parts = {
      chain,
      startBlock: seed % 2 === 0 ? 1 : null,
      policies: policyGroups(OWN_POLICY, new Map([[IDS.erc20(TOKEN), TOKEN_POLICY]])),
      isKnownAsset: (asset: string) => asset === IDS.native || asset === IDS.erc20(TOKEN),
      client,
      store,
      leadership,
      table,
      now: () => nowMs,
      events: silent,
    };
    running = { watch: createWatch(parts, await store.load(CHAIN), log), leadership };
    return running;
  }

  /** One step of the watcher's process, which may die in it. Errors of the node do not kill it. */
  async function step(work: (watch: Watch) => Promise<unknown>): Promise<void> {
    const { watch } = running ?? (await start());
    try {
      await work(watch);
    } catch (error) {
      if (error instanceof RpcFailure || error instanceof InvalidBlock) return;
      if (!(error instanceof Crash)) throw error;
      watch.close();
      running = undefined;
    }
  }

  /** The log delivers again what was not acknowledged, sometimes even what was. */
  async function deliver(): Promise<void> {
    const { watch } = running ?? (await start());
    const offered = undelivered.filter(() => !random.oneIn(3));
    const repeated = minted.length > 0 && random.oneIn(5) ? [random.pick(minted)] : [];
    void watch.offerAddresses([...offered, ...repeated]).then(
      () => {
        undelivered = undelivered.filter((it) => !offered.includes(it));
      },
      () => undefined,
    );
  }

  const actions: (() => unknown)[] = [
    () => model.mine(),
    () => model.mine(),
    () => moveChain(model, random, recipients()),
    () => {
      nowMs += random.integer(20_000);
    },
    () => {
      const address = addressOf(`purse ${minted.length}`);
      minted.push({ address, mintedAt: nowMs });
      undelivered.push(minted.at(-1) as (typeof minted)[number]);
    },
    deliver,
    () => {
      const { hash, sender, nonce, plan } = model.send(recipients());
      if (random.oneIn(2)) running?.watch.offerPending(pendingOf(hash, sender, nonce, plan(0)));
    },
    () => model.send(recipients()),
    () => model.replace(recipients()),
    () => step((watch) => watch.pass()),
    () => step((watch) => watch.pass()),
    () => step((watch) => watch.pass()),
    () => step((watch) => watch.relay()),
    // A leader is declared dead and lives on: once another leads, it must have no effect.
    () => {
      if (!running || !random.oneIn(5)) return;
      zombie = running.watch;
      zombie.close();
      running = undefined;
    },
    async () => {
      await zombie?.pass().catch(() => {
        zombie = undefined;
      });
    },
  ];
  for (let n = 0; n < 120; n++) await random.pick(actions)();

  // Nothing fails any more, the chain grows past every finality, and sightings grow old.
  [trouble.rarity, crashes.rarity, world.isMoving] = [null, null, false];
  model.pool = [];
  for (let n = 0; n < 6; n++) model.mine();
  for (let n = 0; n < 40; n++) {
    if (n === 20) nowMs += 3_600_000;
    await deliver();
    await step((watch) => watch.pass());
    await step((watch) => watch.relay());
  }
  if (undelivered.length > 0) throw new Error('Addresses were never acknowledged.');
  return {
    published: log.transfers.map(({ value }) => JSON.parse(value) as TransferV1),
    truth: model.truth(new Set(recipients()), (await store.load(CHAIN)).startNumber ?? 0),
  };
}

/** A reorg that the ring can take back, or a plain block. */
function moveChain(model: ModelChain, random: Random, recipients: readonly string[]): void {
  // A ring remembers `WINDOW` blocks below the highest block that it may have seen.
  const deepest = Math.min(WINDOW - 1 - (model.highest - model.height), model.height - 1);
  if (deepest < 1 || random.oneIn(3)) {
    model.send(recipients);
    model.mine();
    return;
  }
  const depth = 1 + random.integer(random.oneIn(4) ? deepest : Math.min(2, deepest));
  model.reorganise(depth, random.integer(depth + 3));
}

function pendingOf(
  hash: string,
  sender: string,
  nonce: number,
  plan: { to?: string | null; value?: bigint; input?: string },
) {
  const raw = {
    hash,
    blockHash: null,
    from: sender,
    to: plan.to ?? null,
    nonce: `0x${nonce.toString(16)}`,
    value: `0x${(plan.value ?? 0n).toString(16)}`,
    input: plan.input ?? '0x',
  };
  return { hash, sender, nonce, transfers: pendingTransfers(raw, IDS) };
}
