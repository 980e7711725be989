import type { BlockHeader } from '@daybook/chains';
import type { TransferV1 } from '@daybook/contracts';
import type { Message } from '@daybook/messaging';
import type { BalanceChange, BalanceChecked, Holding, Sweep } from './balances';
import type { Pause } from './pause';
import type { Position } from './position';
import type { QuarantinedBlock } from './quarantine';
import type { Rescan } from './rescan';
import type { Advance, Ring } from './ring';
import type { Heights, ScannedChange } from './scanned';

/** The pending transaction that announced a transfer. Kept to notice when another one replaces it. */
export interface Sighting {
  readonly sender: string;
  readonly nonce: number | null;
  /** Unix milliseconds. */
  readonly seenAt: number;
}

/** `in` to one of our addresses, `out` from one. What moves between two of them does both. */
export type Direction = 'in' | 'out';

/**
 * Why it is not known whether or how much something moved. `unproven-trace`: only a trace shows it. `unread-balance`:
 * its token is credited by balance, and the balances before and after the block are not read.
 */
export type Uncounted = 'unproven-trace' | 'unread-balance';
type WaitingFlag = 'unprovenTrace' | 'unreadBalance';

/** A version of a transfer, or of an outflow: that is one to `to` as well, or a fee. */
export interface MovementVersion
  extends Omit<TransferV1, 'to' | 'txHash' | 'waiting' | WaitingFlag> {
  /** The stored id: that of an outflow is not that of the transfer, which may be ours, too. */
  readonly transferId: string;
  /** Null for a fee. */
  readonly to: string | null;
  /** Null for what no transaction moved. */
  readonly txHash: string | null;
  /** Why it does not become final. What is not counted waits from the first version on. */
  readonly waiting?: TransferV1['waiting'] | Uncounted;
}

/** The latest version of a transfer or of an outflow, and its sighting when it was first seen in the mempool. */
export interface TrackedTransfer {
  readonly direction: Direction;
  readonly transfer: MovementVersion;
  readonly sighting: Sighting | null;
  /** Whether all are passed that the registry had when the last one was. */
  readonly isSettled: boolean;
  /** Whether its block is not believed on one answer (`ChainBlock.needsConfirmation`); null if that was not kept. */
  readonly needsConfirmation: boolean | null;
}

/**
 * The lease on a chain: the right to write for it. It ends when its holder does not renew it for some
 * seconds, because it died, froze or lost its connection. Each new leader gets a higher fencing token.
 */
export interface Leadership {
  readonly chain: string;
  readonly fence: bigint;
  /** Whether another watcher may lead by now: the lease was taken, or could not be renewed in time. */
  isLost(): boolean;
  /** Lets the next watcher take over at once. */
  release(): Promise<void>;
}

/** What a watcher needs to continue where the last one stopped. */
export interface WatchRecord {
  /** Empty before the chain's first start. */
  readonly ring: Ring;
  /** The lowest block that is ever matched; null before the chain's first start. */
  readonly startNumber: number | null;
  /** When that was, in Unix milliseconds; null before it, and when an older version did it. */
  readonly startedAt: number | null;
  /** The open ones, oldest first. */
  readonly rescans: readonly Rescan[];
  /** The highest ledger position of an address that was stored. */
  readonly taken: Position;
  readonly acknowledged: Position;
  /** The last block that was final by the chain's tag; null while none was. */
  readonly finalNumber: number | null;
  /** The first height that must be scanned; null before the chain's first start. */
  readonly scannedFrom: number | null;
  readonly scanned: readonly Heights[];
  /** The blocks that are in quarantine, lowest first. */
  readonly quarantine: readonly QuarantinedBlock[];
  /** Null unless an operator paused the chain. */
  readonly paused: Pause | null;
  /** Pending transfers that are neither mined nor dropped. */
  readonly seen: readonly TrackedTransfer[];
  readonly sweep: Sweep;
}

/** All effects of one step, stored in one transaction. */
export interface Change {
  /** The first start of a chain, `at` in Unix milliseconds. */
  readonly start?: {
    readonly number: number;
    readonly at: number;
    /** The first height that is scanned as the chain advances. */
    readonly scannedFrom: number;
  };
  readonly advance?: Advance;
  readonly scanned?: ScannedChange;
  /** The last block that is final by the chain's tag. */
  readonly finalNumber?: number;
  /** Added or changed. */
  readonly quarantine?: readonly QuarantinedBlock[];
  /** Added or changed. One that was cancelled meanwhile stays cancelled. */
  readonly rescans?: readonly Rescan[];
  /** The id of an operator's rescan to end, unless it has ended. */
  readonly cancelled?: string;
  /** Pauses the chain; null resumes it. */
  readonly paused?: Pause | null;
  /** Canonical addresses. */
  readonly addresses?: readonly string[];
  readonly taken?: bigint;
  readonly acknowledged?: bigint;
  /** In the order in which they must be published; the last version of each transfer is kept. */
  readonly transfers?: readonly TrackedTransfer[];
  /** Known versions to publish again, after `transfers`. */
  readonly again?: readonly TrackedTransfer[];
  readonly balances?: BalanceChange;
  /** Applied first: the thresholds of the registry, which may have others than before. */
  readonly reopened?: readonly Reopened[];
}

/** Final transfers that lack one of `thresholds` are due again: in blocks from `from` on, and unsettled ones. */
export interface Reopened extends AssetSelection {
  readonly from: number;
  readonly thresholds: readonly string[];
}

export interface OutboxMessage extends Message {
  readonly topic: string;
  readonly position: bigint;
}

/** An operator's rescan as it was at a time (RFC 3339, by the clock of the store). */
export interface RescanReport {
  readonly rescan: Rescan;
  readonly observedAt: string;
}

export type BlockRef = Pick<BlockHeader, 'number' | 'hash'>;

export interface AssetSelection {
  readonly assets: readonly string[] | null;
  /** Assets to leave out when `assets` is null. */
  readonly except: readonly string[];
}

/** Selects transfers up to a block that have passed one of these sets of thresholds (`textOfPassed`). */
export interface DueQuery extends AssetSelection {
  readonly upTo: number;
  readonly passed: readonly string[];
  /** Transfers to leave out while these blocks contain them, by id with the hash of the block. */
  readonly stranded: Readonly<Record<string, string>>;
  readonly limit: number;
}

/** Transfers by their ids, from the one after `after` on. */
export interface WaitingQuery {
  readonly after: string;
  readonly limit: number;
}

/** What the outbox holds. */
export interface Backlog {
  readonly messages: number;
  /** When the oldest was stored, in Unix milliseconds; null when there is none. */
  readonly since: number | null;
}

/** Another watcher leads the chain: nothing was written, and this process must stop writing. */
export class LostLeadership extends Error {
  override readonly name = 'LostLeadership';

  constructor(chain: string) {
    super(`Another watcher has taken over ${chain}.`);
  }
}

/**
 * The stored state of the watchers, per chain. Only the leader of a chain writes, so what it has read stays true until
 * it writes itself; the fencing token in every write makes sure that it still leads.
 */
export abstract class WatcherStore {
  /** The id of this stored state, part of consumer groups. With a new id all addresses are read again. */
  abstract id(): Promise<string>;
  /** Takes the lease on a chain and renews it until it is released; null while another watcher has it. */
  abstract lead(chain: string): Promise<Leadership | null>;
  abstract load(chain: string): Promise<WatchRecord>;
  abstract addresses(chain: string): AsyncIterable<readonly string[]>;
  /** The latest versions of those transfers that are known. */
  abstract transfers(ids: readonly string[]): Promise<readonly TrackedTransfer[]>;
  abstract includedAbove(chain: string, number: number): Promise<readonly TrackedTransfer[]>;
  /** The latest versions of transfers that these blocks contain or contained, in order of blocks. */
  abstract inBlocks(chain: string, blocks: Heights): Promise<readonly TrackedTransfer[]>;
  /** The highest block up to `number` that has transfers to our addresses. */
  abstract includedAtMost(chain: string, number: number): Promise<BlockRef | null>;
  /** The open rescans, oldest first. */
  abstract rescans(chain: string): Promise<readonly Rescan[]>;
  /** Whether a rescan with this id is stored, open or ended. */
  abstract hasRescan(id: string): Promise<boolean>;
  /** Transfers that have not passed all thresholds and do not wait, oldest block first. */
  abstract due(chain: string, query: DueQuery): Promise<readonly TrackedTransfer[]>;
  /** Transfers that wait for a second provider, by id. */
  abstract waiting(chain: string, query: WaitingQuery): Promise<readonly TrackedTransfer[]>;
  /**
   * Holdings of these assets that moved since their balance was read last and have no read that waits for its block to
   * be final: those first that were tried least recently.
   */
  abstract balancesToRead(
    chain: string,
    assets: readonly string[],
    limit: number,
    /** Unix milliseconds; those that were tried in vain later than this are left out. */
    triedUpTo: number,
  ): Promise<readonly Holding[]>;
  /** Balances that were read after blocks up to `number` and not compared yet, lowest block first. */
  abstract balancesRead(
    chain: string,
    number: number,
    limit: number,
  ): Promise<readonly BalanceChecked[]>;
  /** The next stored addresses after one, in their order. */
  abstract addressesAfter(
    chain: string,
    address: string,
    limit: number,
  ): Promise<readonly string[]>;
  /** Stores a step with its outbox. Throws `LostLeadership`; after any other error the outcome is unknown. */
  abstract commit(leadership: Leadership, change: Change): Promise<void>;
  /** The oldest unpublished messages. */
  abstract outbox(chain: string, limit: number): Promise<readonly OutboxMessage[]>;
  /** Removes published messages, up to and including `position`. */
  abstract published(chain: string, position: bigint): Promise<void>;
  /** How many messages wait in the outbox, and since when. */
  abstract backlog(chain: string): Promise<Backlog>;
  /** Operators' rescans in a new state since the last report, or with progress and no report for a second. */
  abstract unreported(chain: string): Promise<readonly RescanReport[]>;
  abstract reported(chain: string, reports: readonly RescanReport[]): Promise<void>;
  abstract close(): Promise<void>;
}
