import {
  type AddressTable,
  createAddressTable,
  InvalidBlock,
  type ProviderPool,
  RpcFailure,
} from '@daybook/chains';
import { offerMessages, readAddresses } from '../src/addresses/purse-addresses.consumer';
import { createReadMark, type ReadMark } from '../src/addresses/read-mark';
import type { Position } from '../src/state/position';
import type { Leadership } from '../src/state/watcher-store';
import { createWatch, type Watch } from '../src/watch/watch';
import type { witnessAcknowledgement } from './acknowledged';
import type { AddressTopic } from './address-topic';
import { Crash, type CrashingLog, type CrashingStore } from './crashing';
import { CHAIN } from './model-chain';
import type { Random } from './random';
import { chain, registry, silent } from './simulated-chain';

interface Surroundings {
  readonly random: Random;
  readonly store: CrashingStore;
  readonly log: CrashingLog;
  readonly topic: AddressTopic;
  readonly witness: ReturnType<typeof witnessAcknowledgement>;
  readonly client: ProviderPool;
  readonly startBlock: number | null;
  /** By the clock of the watcher's machine. */
  now(): number;
  /** Whether messages may be handed out again although they were handled. */
  isMoving(): boolean;
}

export type SimulatedProcess = ReturnType<typeof createProcess>;

/** The watcher's process, which begins again whenever it has died. */
export function createProcess(around: Surroundings) {
  const { random, store, log, topic, witness, client, startBlock } = around;
  let running: Running | undefined;
  let zombie: Watch | undefined;
  let gaps = 0;

  async function start(): Promise<Running> {
    store.depose(CHAIN);
    const leadership = (await store.lead(CHAIN)) as Leadership;
    const table: AddressTable = createAddressTable('evm');
    await readAddresses(store, CHAIN, table);
    const parts = {
      ...{ chain, startBlock, registry, log, client, store, leadership, table, now: around.now },
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

  /** One step of the process, which may die in it. Errors of the node do not kill it. */
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

  return {
    stop,
    watch: () => running?.watch,
    gaps: () => gaps,
    /** Lets operators ask it for something, as the messages of the ledger do. */
    requested: (request: (watch: Watch) => Promise<unknown>) => step(({ watch }) => request(watch)),
    pass: () => step(({ watch }) => watch.pass()),
    relay: () =>
      step(async ({ watch }) => {
        if (!(await watch.publish())) await witness.drained();
      }),

    /** The log hands out some messages, and may not hear that they were handled. */
    async deliver(): Promise<void> {
      const process = running ?? (await start());
      const { watch, group, mark } = process;
      if (process.isDelivering) return;
      const batch = topic.next(group, 1 + random.integer(5));
      if (batch.length === 0) return;
      process.isDelivering = true;
      const isHeard = !around.isMoving() || !random.oneIn(5);
      void offerMessages(batch, 'evm', watch.offerAddresses, mark)
        .then((poison) => {
          if (isHeard) topic.handled(group, batch, poison);
          else mark.repeat();
        }, mark.repeat)
        .finally(() => {
          process.isDelivering = false;
        });
    },

    /** The answer to how the reading stands may come long after the question. */
    ask(): void {
      if (!running || running.asked) return;
      const { group, mark } = running;
      const lag = topic.lag(group);
      running.asked = { read: mark.read, lag, parkedKeys: topic.parkedKeys(group) };
    },

    acknowledge: () =>
      step(async (process) => {
        const { watch, mark, asked } = process;
        if (asked) mark.look(asked.read, asked.lag, asked.parkedKeys);
        process.asked = undefined;
        await watch.acknowledge(mark.complete);
      }),

    retryParked: () => running && topic.retry(running.group),

    /** A leader is declared dead and lives on: once another leads, it must have no effect. */
    depose(): void {
      if (!running) return;
      zombie = running.watch;
      stop();
    },
    async haunt(): Promise<void> {
      await zombie?.pass().catch(() => {
        zombie = undefined;
      });
    },
  };
}

interface Running {
  readonly watch: Watch;
  readonly group: string;
  readonly mark: ReadMark;
  asked: { readonly read: Position; readonly lag: bigint; readonly parkedKeys: number } | undefined;
  isDelivering: boolean;
}
