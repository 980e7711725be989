/** What `daybook status --json` answers. `schemas/status.v1.json` is the contract; this is its type. */
export interface StatusReport {
  /** RFC 3339, as all times. */
  readonly at: string;
  readonly place: string;
  /** `unreachable` counts for more than `standing-still`. */
  readonly state: 'ok' | 'standing-still' | 'unreachable';
  /** A sentence for each thing that is wrong; empty when all is well. */
  readonly problems: readonly string[];
  readonly versions: {
    readonly daybook: string;
    readonly node: string;
    readonly postgresql: string | null;
    /** The last migration that ran. */
    readonly tables: string | null;
  };
  readonly engines: {
    readonly database: Engine;
    readonly eventLog: Engine & { readonly head: string | null };
    readonly durableLog: Engine;
  };
  /** Null where nobody said at which address they are. */
  readonly services: { readonly ledger: Service | null; readonly watcher: Service | null };
  readonly readers: readonly Reader[];
  readonly consumers: readonly Consumer[];
  readonly chains: readonly ChainStatus[];
}

export interface Engine {
  readonly kind: 'postgresql' | 'eventstoredb' | 'kafka';
  readonly answers: boolean;
  /** Why it does not answer. */
  readonly detail: string | null;
}

export interface Service {
  readonly url: string;
  readonly answers: boolean;
  readonly status: 'ok' | 'degraded' | 'failing' | null;
  readonly detail: string | null;
}

/** A reader of the event log: the read models, or a relay. */
export interface Reader {
  readonly name: string;
  readonly position: string;
  /** In positions: events on PostgreSQL, bytes of the log on EventStoreDB. */
  readonly lag: string;
  /** 0 while nothing waits. */
  readonly secondsSinceProgress: number;
  readonly standsStill: boolean;
}

/** A group that reads a topic of the durable log. */
export interface Consumer {
  readonly topic: string;
  readonly group: string;
  /** Messages; null where only the group itself knows (its metrics tell). */
  readonly lag: string | null;
  readonly parkedKeys: number;
  readonly secondsSinceProgress: number | null;
  readonly standsStill: boolean;
}

export interface ChainStatus {
  /** CAIP-2. */
  readonly chain: string;
  readonly latest: string;
  readonly matched: string;
  readonly finalized: string | null;
  /** Every address that was minted up to this position is watched; null while that is not known. */
  readonly addressesThrough: string | null;
  readonly state: string;
  readonly detail: string | null;
  readonly secondsSinceWord: number;
  readonly standsStill: boolean;
}
