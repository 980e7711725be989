import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceError } from '@grpc/grpc-js';

/**
 * What can befall an append.
 * - `busy`, `not-ready`: the server says so and has written nothing
 * - `timeout`: the server gave up waiting for its replicas (nothing is written here, but nobody knows)
 * - `not-leader`, `unavailable`: the whole call ends with an error, for all that are under way
 * - `request-lost`, `answer-lost`: all connections are dropped, before or after it was stored
 * - `silent`, `silent-after`: no answer ever, and nothing stored or stored
 * - `slow`, `answered-twice`: stored, and answered late or once too often
 */
export type AppendFault =
  | 'busy'
  | 'not-ready'
  | 'timeout'
  | 'not-leader'
  | 'unavailable'
  | 'request-lost'
  | 'answer-lost'
  | 'silent'
  | 'silent-after'
  | 'slow'
  | 'answered-twice';

/**
 * What can befall a read or a subscription.
 * - `read-unavailable`: the call ends with an error at once
 * - `read-silent`: the call is never answered
 * - `read-breaks`: the call ends with an error after its first events
 * - `read-not-leader`: the node is a follower to the next read that requires the leader
 */
export type ReadFault = 'read-unavailable' | 'read-silent' | 'read-breaks' | 'read-not-leader';

export type Fault = AppendFault | ReadFault;

/** The faults that wait to happen, one each to the next appends and reads. */
export class Faults {
  readonly appends: AppendFault[] = [];
  readonly reads: ReadFault[] = [];
  /** How many subscriptions have been confirmed. */
  subscriptions = 0;
  /** While false, two of three nodes are gone: reads are answered, and nothing can be written. */
  hasQuorum: boolean = true;
  /** Whether there ever were three nodes. */
  isCluster: boolean = false;
  /** While set, this node is a follower that has nothing from this position on, except for who requires the leader. */
  behindFrom: number | undefined;
  /** While set, subscriptions deliver nothing, and do not end. */
  private muted = false;

  constructor(
    readonly dropConnections: () => void,
    readonly notLeader: () => Partial<ServiceError>,
  ) {}

  ofAppend(): AppendFault | undefined {
    return this.appends.shift();
  }

  ofRead(requiresLeader: boolean): ReadFault | undefined {
    if (this.reads[0] === 'read-not-leader' && !requiresLeader) return undefined;
    return this.reads.shift();
  }

  mute(muted: boolean): void {
    this.muted = muted;
  }

  isMuted(): boolean {
    return this.muted;
  }

  async pause(ms: number): Promise<void> {
    await sleep(ms);
  }
}
