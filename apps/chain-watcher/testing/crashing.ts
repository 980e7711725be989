import { type OutflowV1, TOPICS, type TransferV1 } from '@daybook/contracts';
import { DurableLog, type Message } from '@daybook/messaging';
import type { Change, Direction, Leadership, MovementVersion } from '../src/state/watcher-store';
import { InMemoryWatcherStore } from './in-memory-store';

/** The process died here, as far as the watcher can tell. */
export class Crash extends Error {}

/** A store whose writer dies now and then, right before or right after the write. */
export class CrashingStore extends InMemoryWatcherStore {
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

/** A version as it arrived, under its stored id. */
export type Told = MovementVersion & { readonly direction: Direction };

/** Keeps what arrives; its caller may die before, or before it hears of the success. */
export class CrashingLog extends DurableLog {
  /** Transfers and outflows, in the order of their arrival. */
  readonly told: Told[] = [];

  constructor(private readonly maybeCrash: () => void) {
    super();
  }

  async publish(topic: string, messages: readonly Message[]): Promise<void> {
    this.maybeCrash();
    this.told.push(...messages.flatMap(({ value }) => toldBy(topic, value)));
    this.maybeCrash();
  }

  subscribe(): never {
    throw new Error('The simulation delivers addresses itself.');
  }

  groups(): never {
    throw new Error('The simulation has no groups.');
  }

  stopped(): never {
    throw new Error('The simulation has no groups.');
  }

  lag(): never {
    throw new Error('The simulation has no groups.');
  }

  isParked(): never {
    throw new Error('The simulation parks keys itself.');
  }

  parked(): never {
    throw new Error('The simulation parks keys itself.');
  }

  retryParked(): never {
    throw new Error('The simulation parks keys itself.');
  }

  async check(): Promise<void> {}

  async close(): Promise<void> {}
}

function toldBy(topic: string, value: string): readonly Told[] {
  if (topic === TOPICS.transfer) return [{ ...(JSON.parse(value) as TransferV1), direction: 'in' }];
  if (topic !== TOPICS.outflow) return [];
  const { outflowId, ...content } = JSON.parse(value) as OutflowV1;
  return [{ ...content, transferId: `${outflowId}/out`, direction: 'out' }];
}
