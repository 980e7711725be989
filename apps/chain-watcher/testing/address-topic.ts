import { type PurseAddressV1, TOPICS } from '@daybook/contracts';
import type { Poison, ReceivedMessage } from '@daybook/messaging';
import type { Random } from './random';

/** A mint in the ledger's log. */
export interface Mint extends PurseAddressV1 {
  readonly position: string;
}

interface Group {
  /** The offset of the next message. */
  place: number;
  readonly parked: Map<string, ReceivedMessage[]>;
  /** A retry of the parked keys was requested. */
  isAsked: boolean;
  /** What was handed out for that. */
  retried: readonly ReceivedMessage[] | undefined;
}

/**
 * The topic of minted addresses with all that may happen to it: its relay publishes in the order of
 * the log and now and then begins again from an earlier place, messages arrive that cannot be read
 * until somebody has mended what reads them, and earlier copies of a key are removed.
 */
export class AddressTopic {
  readonly mints: Mint[] = [];
  private messages: ReceivedMessage[] = [];
  private end = 0;
  /** The next mint to publish. */
  private relayed = 0;
  private readonly groups = new Map<string, Group>();

  constructor(private readonly random: Random) {}

  mint(family: Mint['family'], address: string, mintedAtMs: number): void {
    const last = BigInt(this.mints.at(-1)?.position ?? 0);
    const position = String(last + 1n + BigInt(this.random.integer(3)));
    this.mints.push({ family, address, mintedAt: new Date(mintedAtMs).toISOString(), position });
  }

  /** The relay publishes some mints, perhaps from a place that it had passed. */
  relay(isInTrouble: boolean): void {
    const { random } = this;
    if (isInTrouble && random.oneIn(4)) this.relayed = random.integer(this.relayed + 1);
    const count = 1 + random.integer(4);
    for (const mint of this.mints.slice(this.relayed, this.relayed + count)) {
      const readable = JSON.stringify(mint);
      this.messages.push({
        topic: TOPICS.purseAddress,
        offset: String(this.end++),
        publishedAt: mint.mintedAt,
        id: mint.position,
        key: mint.address,
        value: isInTrouble && random.oneIn(12) ? 'not to be read yet' : readable,
        headers: { readable },
      });
      this.relayed += 1;
    }
  }

  compact(): void {
    const last = new Map(this.messages.map(({ key, offset }) => [key, offset]));
    this.messages = this.messages.filter(({ key, offset }) => last.get(key) === offset);
  }

  /** What the group has still to handle. Messages of parked keys are put with them. */
  next(group: string, limit: number): readonly ReceivedMessage[] {
    const state = this.group(group);
    const { place, parked } = state;
    if (state.isAsked) {
      state.retried = [...parked.values()].flat().map(mended);
      return state.retried;
    }
    const unread = this.messages.filter(({ offset }) => Number(offset) >= place);
    const batch: ReceivedMessage[] = [];
    for (const message of unread) {
      const waiting = parked.get(message.key);
      if (batch.length === limit) break;
      if (!waiting) batch.push(message);
      else if (!waiting.includes(message)) waiting.push(message);
    }
    return batch;
  }

  handled(group: string, batch: readonly ReceivedMessage[], poison: readonly Poison[]): void {
    const state = this.group(group);
    if (batch === state.retried) {
      state.isAsked = false;
      state.parked.clear();
    }
    for (const { message } of poison) {
      const { key, offset } = message;
      const waiting = batch.filter((it) => it.key === key && Number(it.offset) >= Number(offset));
      state.parked.set(key, waiting);
    }
    for (const { offset } of batch) state.place = Math.max(state.place, Number(offset) + 1);
  }

  /** Whatever could not be read can be now: it comes next, and stays parked until it is handled. */
  retry(group: string): void {
    const state = this.group(group);
    state.isAsked = state.parked.size > 0;
  }

  /** As a broker counts it: up to the end, whatever was removed in between. */
  lag(group: string): bigint {
    return BigInt(this.end - this.group(group).place);
  }

  parkedKeys(group: string): number {
    return this.group(group).parked.size;
  }

  get isRelayed(): boolean {
    return this.relayed === this.mints.length;
  }

  private group(name: string): Group {
    const group = this.groups.get(name) ?? {
      place: 0,
      parked: new Map(),
      isAsked: false,
      retried: undefined,
    };
    this.groups.set(name, group);
    return group;
  }
}

function mended(message: ReceivedMessage): ReceivedMessage {
  return { ...message, value: message.headers.readable as string };
}
