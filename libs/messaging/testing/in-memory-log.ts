import {
  type ConsumerGroup,
  DurableLog,
  type Message,
  type ParkedKey,
  type PartitionLag,
  type ReceivedMessage,
  type RunningSubscription,
  type StoppedGroup,
  type Subscription,
} from '../src/durable-log';
import { heldBack } from '../src/parking';

const BACKOFF_MS = 5;

interface Parked {
  reason: string;
  readonly since: string;
  messages: readonly ReceivedMessage[];
  asked: boolean;
}

interface Group {
  position: number;
  readonly parked: Map<string, Parked>;
  progressedAt: string | null;
  /** The member that handles a batch right now. */
  owner: object | undefined;
}

/** What members in different processes share: the topics and the offsets of the groups. */
export class InMemoryBroker {
  readonly topics = new Map<string, ReceivedMessage[]>();
  readonly groups = new Map<string, Group>();
  private readonly sleepers = new Set<() => void>();

  group(topic: string, name: string): Group {
    const key = `${topic} ${name}`;
    const group = this.groups.get(key) ?? {
      position: 0,
      parked: new Map(),
      progressedAt: null,
      owner: undefined,
    };
    this.groups.set(key, group);
    return group;
  }

  messages(topic: string): ReceivedMessage[] {
    const messages = this.topics.get(topic) ?? [];
    this.topics.set(topic, messages);
    return messages;
  }

  /** Resolves with the next change of any topic or group. */
  changed(): Promise<void> {
    return new Promise((resolve) => void this.sleepers.add(resolve));
  }

  change(): void {
    for (const wake of this.sleepers) wake();
    this.sleepers.clear();
  }
}

/** A member of a group. */
interface Running {
  stopping: boolean;
  lastError: string | null;
  failingSince: number | null;
}

/** The twin of the durable log for pure tests; logs on one broker act as processes on one server. */
export class InMemoryLog extends DurableLog {
  private readonly running = new Set<RunningSubscription>();
  private readonly members = new Set<object>();
  private state: 'open' | 'closed' | 'crashed' = 'open';

  constructor(private readonly broker = new InMemoryBroker()) {
    super();
  }

  async publish(topic: string, messages: readonly Message[]): Promise<void> {
    if (this.state !== 'open') throw new Error('The log is closed.');
    const kept = this.broker.messages(topic);
    const publishedAt = new Date().toISOString();
    for (const message of messages) {
      kept.push({ ...message, topic, offset: String(kept.length + 1), publishedAt });
    }
    this.broker.change();
  }

  async subscribe(subscription: Subscription): Promise<RunningSubscription> {
    if (this.state !== 'open') throw new Error('The log is closed.');
    const { topic, group: name } = subscription;
    const group = this.broker.group(topic, name);
    const member: Running = { stopping: false, lastError: null, failingSince: null };
    const finished = this.consume(subscription, group, member);
    const running: RunningSubscription = {
      status: async () => ({
        topic,
        group: name,
        lag: BigInt(this.broker.messages(topic).length - group.position),
        parkedKeys: group.parked.size,
        lastError: member.lastError,
        lastProgressAt: group.progressedAt,
      }),
      failingSince: () => member.failingSince,
      stop: async () => {
        member.stopping = true;
        this.broker.change();
        await finished;
        this.running.delete(running);
      },
    };
    this.running.add(running);
    return running;
  }

  async groups(): Promise<readonly ConsumerGroup[]> {
    const ids = [...this.broker.groups.keys()].sort((a, b) => a.localeCompare(b));
    return ids.map((id) => {
      const [topic = '', group = ''] = id.split(' ');
      return { topic, group, lag: null, waitingSince: null };
    });
  }

  /** Nothing is ever deleted here. */
  async stopped(): Promise<readonly StoppedGroup[]> {
    return [];
  }

  async lag(topic: string, name: string): Promise<readonly PartitionLag[]> {
    const { position } = this.broker.group(topic, name);
    const waiting = BigInt(this.broker.messages(topic).length - position);
    return [{ partition: 0, place: BigInt(position), waiting, lost: 0n }];
  }

  async isParked(topic: string, name: string, keys: readonly string[]): Promise<boolean> {
    const { parked } = this.broker.group(topic, name);
    return keys.some((key) => parked.has(key));
  }

  async parked(topic: string, name: string): Promise<readonly ParkedKey[]> {
    return [...this.broker.group(topic, name).parked].map(([key, { reason, since, messages }]) => ({
      key,
      reason,
      since,
      messages: messages.length,
    }));
  }

  async retryParked(topic: string, name: string, key: string): Promise<boolean> {
    const parked = this.broker.group(topic, name).parked.get(key);
    if (!parked) return false;
    parked.asked = true;
    this.broker.change();
    return true;
  }

  async check(): Promise<void> {
    if (this.state !== 'open') throw new Error('The log is closed.');
  }

  async close(): Promise<void> {
    if (this.state === 'open') this.state = 'closed';
    if (this.state === 'closed') await Promise.all([...this.running].map((it) => it.stop()));
  }

  /** Ends this member as a kill would: the batch in progress is not recorded, and others continue at once. */
  crash(): void {
    this.state = 'crashed';
    for (const group of this.broker.groups.values()) {
      if (this.members.has(group.owner as object)) group.owner = undefined;
    }
    this.broker.change();
  }

  private async consume(subscription: Subscription, group: Group, member: Running): Promise<void> {
    this.members.add(member);
    const { topic, limit } = subscription;
    let failures = 0;
    while (!member.stopping && this.state !== 'crashed') {
      const batch = this.broker.messages(topic).slice(group.position, group.position + limit);
      const asked = [...group.parked].find(([, parked]) => parked.asked);
      if (group.owner || (batch.length === 0 && !asked)) {
        await this.broker.changed();
        continue;
      }
      group.owner = member;
      const owns = (): boolean => group.owner === member;
      try {
        if (asked) await tryAgain(group, asked, subscription, owns);
        if (batch.length > 0 && owns()) await handleFree(group, batch, subscription, owns);
        if (!owns()) return;
        group.position += batch.length;
        group.progressedAt = new Date().toISOString();
        [member.lastError, member.failingSince] = [null, null];
        failures = 0;
      } catch (error) {
        failures += 1;
        member.lastError = error instanceof Error ? error.message : String(error);
        member.failingSince ??= Date.now();
        subscription.onError?.(error, failures);
        await new Promise((resolve) => setTimeout(resolve, BACKOFF_MS));
      } finally {
        if (group.owner === member) group.owner = undefined;
        this.broker.change();
      }
    }
  }
}

/** Handles messages that are not parked, and parks poison. Records nothing if the member crashed meanwhile. */
async function handleFree(
  { parked }: Group,
  batch: readonly ReceivedMessage[],
  { handle }: Subscription,
  owns: () => boolean,
): Promise<void> {
  const free = batch.filter(({ key }) => !parked.has(key));
  const held = free.length > 0 ? heldBack(free, await handle(free)) : [];
  if (!owns()) return;
  for (const message of batch) {
    const known = parked.get(message.key);
    if (known) known.messages = [...known.messages, message];
  }
  const since = new Date().toISOString();
  for (const { key, ...rest } of held) parked.set(key, { ...rest, since, asked: false });
}

/** Retries one batch of a parked key. Removes the key when no message is left. */
async function tryAgain(
  { parked }: Group,
  [key, waiting]: readonly [string, Parked],
  { handle, limit }: Subscription,
  owns: () => boolean,
): Promise<void> {
  const batch = waiting.messages.slice(0, limit);
  const [held] = heldBack(batch, await handle(batch));
  if (!owns()) return;
  const handled = batch.length - (held?.messages.length ?? 0);
  waiting.messages = waiting.messages.slice(handled);
  if (held) Object.assign(waiting, { reason: held.reason, asked: false });
  else if (waiting.messages.length === 0) parked.delete(key);
}
