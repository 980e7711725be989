// What watchers and the ledger tell each other about chains: see `messages.ts`.

import type { TransferV1 } from './messages';

/** `daybook.chain-head.v1` (compacted, keyed by chain): how far a watcher has come. */
export interface ChainHeadV1 {
  readonly chain: string;
  /** The newest block of the node. */
  readonly latest: number;
  /** The last block that was matched; everything up to here has been published. */
  readonly matched: number;
  readonly finalized: number | null;
  /**
   * Every address minted up to this position of the event log is matched on this chain, in new blocks and
   * in those since its mint. Null while unknown. Absent in messages of older watchers.
   */
  readonly addressesThrough?: string | null;
  /** A paused chain is `stalled`, because older ledgers know no other word for it. */
  readonly state: 'following' | 'catching-up' | 'stalled';
  /** The reason of `stalled`. */
  readonly detail: string | null;
  /** Who paused the chain; null if nobody did. Absent in messages of older watchers. */
  readonly paused?: PausedV1 | null;
  /**
   * The lowest blocks that could not be proven whole, at most 20. Absent in messages of older watchers.
   */
  readonly quarantine?: readonly QuarantinedBlockV1[];
  /** What the watcher does besides, for operators. Absent in messages of older watchers. */
  readonly watch?: WatchDetailsV1;
  readonly observedAt: string;
}

/** Why no block of a chain is matched. */
export interface PausedV1 {
  /** As in `WatchRequestV1.requestedBy`. */
  readonly by: string;
  readonly since: string;
  readonly reason: string;
}

/** A block that could not be proven whole. */
export interface QuarantinedBlockV1 {
  readonly number: number;
  readonly hash: string;
  /** Whether the chain goes on over it; else it stops before it. */
  readonly isGap: boolean;
  readonly since: string;
  readonly reason: string;
  /** What each provider answered when it was asked last. */
  readonly answers: readonly { readonly provider: string; readonly said: string }[];
}

/**
 * How a watcher watches its chain. Reorgs and alarms are those that the leading process has met since
 * `since`; questions and errors of providers are counted from when it began to lead.
 */
export interface WatchDetailsV1 {
  /** When the process began. */
  readonly since: string;
  /** When the newest block was made, as its header says; null before a node's first answer. */
  readonly newestBlockAt: string | null;
  /** About how long matching up to the newest block takes; null while that is not known. */
  readonly secondsLeft: number | null;
  /** The rescans that have not ended, and the blocks that they have left. */
  readonly rescans: { readonly open: number; readonly blocksLeft: number };
  /** Null before anything is final. */
  readonly gapCheck: GapCheckV1 | null;
  /** Blocks in quarantine, of which `quarantine` lists the lowest, and how many of them are gaps. */
  readonly blocksInQuarantine: number;
  readonly gaps: number;
  readonly reorgs: {
    readonly count: number;
    readonly deepest: ReorgV1 | null;
    readonly last: ReorgV1 | null;
  };
  /** Blocks of which less was proven than the rule of the chain asks for. One that is matched again counts again. */
  readonly alarms: { readonly count: number; readonly last: AlarmV1 | null };
  /** How balances are compared with the books. Absent in messages of older watchers. */
  readonly reconciliation?: ReconciliationV1;
  /** Why nothing is published, and since when; null while it is. */
  readonly unpublished: { readonly since: string; readonly reason: string } | null;
  /** In the order of the chains file, at most 20. */
  readonly providers: readonly ProviderV1[];
}

/** Balances on chain that were compared since the process began to lead. */
export interface ReconciliationV1 {
  /** The budget; 0 turns it off. */
  readonly readsPerMinute: number;
  readonly checked: number;
  /** Those that the node did not say, because it does not keep the state. */
  readonly notChecked: number;
  /** How long the last sweep over all addresses took; null before the first has ended. */
  readonly sweepSeconds: number | null;
}

/** Whether every height from `from` to `to`, the last final block, was scanned or is listed in quarantine. */
export interface GapCheckV1 {
  readonly from: number;
  readonly to: number;
  /** Heights that are neither; and the lowest of them as ranges, at most 20. */
  readonly unscanned: number;
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
}

/** A reorg that replaced the `depth` blocks above `ancestor`. */
export interface ReorgV1 {
  readonly depth: number;
  readonly ancestor: number;
  readonly at: string;
}

/** What could not be proven of a block. */
export interface AlarmV1 {
  readonly block: number;
  readonly hash: string;
  readonly sentence: string;
  readonly at: string;
}

/** A provider of a chain. Never has a URL or a key. */
export interface ProviderV1 {
  readonly name: string;
  /** `ok`, `unverified`, `limited`, `failing`, `stuck` or `wrong-chain`; later versions may have others. */
  readonly state: string;
  readonly detail: string | null;
  /** The expected delay of an answer in milliseconds, failures and lag included. */
  readonly score: number;
  readonly lastHead: number | null;
  /** Each takes one request or several. */
  readonly questions: number;
  /** By kind; those that never happened are left out. */
  readonly errors: readonly { readonly kind: string; readonly count: number }[];
  /** Why its WebSocket announces nothing; null if it does, or has none. */
  readonly announcements: string | null;
  /** The requests of this day (UTC), and how many its plan allows; null when they are not counted. */
  readonly budget: { readonly callsToday: number; readonly callsPerDay: number | null } | null;
  /** What was found out about its node, at most 20. */
  readonly notes: readonly ProviderNoteV1[];
}

export interface ProviderNoteV1 {
  readonly topic: string;
  /** `fine`, `unknown` (it cannot be judged yet) or `wrong` (an operator should act). */
  readonly state: string;
  readonly sentence: string;
}

/**
 * `daybook.watch-request.v1` (keyed by chain): what is requested from a chain's watcher. Every
 * message has the whole request, so a repeated or late one does no harm.
 */
export interface WatchRequestV1 {
  readonly requestId: string;
  readonly chain: string;
  /** Later versions may have other kinds: a watcher refuses those it does not know. */
  readonly kind: string;
  readonly from: number | null;
  readonly to: number | null;
  /** The transaction whose block is to be matched again, in place of blocks, or that is looked up. */
  readonly transaction?: string;
  readonly blocksMax: number;
  /** It never becomes false again. */
  readonly isCancelled: boolean;
  /** Absent in messages of older ledgers. */
  readonly reason?: string;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly position: string;
  /** What a request of the kind `sandbox-deposit` asks for. Absent otherwise. */
  readonly sandbox?: SandboxOrderV1;
}

/** The kind of the request for a deposit on a development chain. */
export const SANDBOX_KIND = 'sandbox-deposit';

/** A deposit that the watcher is to send on a development chain. */
export interface SandboxOrderV1 {
  /** Canonical. */
  readonly to: string;
  /** CAIP-19. */
  readonly asset: string;
  /** Base units. */
  readonly amount: string;
  /**
   * `deposit`, `pending`, `reorg` or `reorg-after-credit`. Later versions may have others: a watcher refuses those it
   * does not know.
   */
  readonly scenario: string;
  /** Whether blocks are to be made until it is final. It never becomes false again. */
  readonly isMineRequested: boolean;
}

/** `daybook.watch-report.v1` (keyed by chain): how far a watcher is with a request, or the answer to a look-up. */
export interface WatchReportV1 {
  readonly requestId: string;
  readonly chain: string;
  readonly state: 'waiting' | 'running' | 'done' | 'refused' | 'cancelled';
  readonly from: number | null;
  readonly to: number | null;
  readonly blocksLeft: number | null;
  /** Transfers to our addresses in the blocks that were matched so far. */
  readonly found: number;
  /** New versions of transfers that it led to. */
  readonly versions: number;
  /** Why it was refused. */
  readonly reason: string | null;
  /** What addresses of ours hold on chain: a report that nobody requested. Absent otherwise. */
  readonly balances?: BalancesV1;
  readonly observedAt: string;
  /** The answer to a request of the kind `look-up`. Absent otherwise, and in messages of older watchers. */
  readonly lookUp?: LookUpV1;
  /** What a request of the kind `sandbox-deposit` has led to. Absent otherwise. */
  readonly sandbox?: {
    /** The hash of the transaction; null before it was sent. */
    readonly transaction: string | null;
  };
}

/** The kind of the request that asks what the chain shows of a transaction. The watcher does not store it. */
export const LOOK_UP_KIND = 'look-up';

/**
 * What a chain shows of a transaction, no matter whom it concerns: nothing in it depends on which addresses are purses.
 */
export interface LookUpV1 {
  readonly transaction: string;
  /**
   * `included`, `failed` (included, but it failed), `pending`, `unknown`, `unanswered`, `paused` or `busy`; later
   * versions may have others.
   */
  readonly status: string;
  /** Hash and time are null where they are not proven. */
  readonly block: {
    readonly number: number;
    readonly hash: string | null;
    readonly time: string | null;
  } | null;
  /**
   * What the watch has done with the block: `matched`, `not-yet`, `quarantined` or `before-start`; null without a block.
   * Later versions may have others.
   */
  readonly watch: string | null;
  /** The newest block when the chain was asked. */
  readonly head: number | null;
  readonly finalized: number | null;
  readonly movements: readonly MovementV1[];
  /** How many more there are than `movements` lists. */
  readonly movementsLeft: number;
}

/** What a transaction moved: one movement of one asset. */
export interface MovementV1
  extends Pick<TransferV1, 'asset' | 'amount' | 'from' | 'to' | 'unreadable'> {
  /** As in the id of a transfer. */
  readonly ordinal: string;
}

/** Balances after a final block, each beside what the watcher has seen moving there. */
export interface BalancesV1 {
  readonly block: { readonly number: number; readonly hash: string };
  readonly entries: readonly {
    readonly address: string;
    readonly asset: string;
    readonly balance: string;
    /** In less out less fees, up to the block; negative if more left than the watcher saw arriving. */
    readonly moved: string;
  }[];
}
