import type {
  FollowerResponse,
  StatusResponse,
  WatchedChainResponse,
} from '../../../ledger/src/operations/status.dto';

/** What `daybook status --json` answers. `schemas/status.v1.json` is the contract; this is its type. */
export interface StatusReport
  extends Pick<StatusResponse, 'at' | 'state' | 'problems' | 'versions' | 'engines' | 'consumers'> {
  readonly place: string;
  /** Null where nobody said at which address they are. */
  readonly services: { readonly ledger: Service | null; readonly watcher: Service | null };
  /** The followers of the event log. This and the rest is empty when the ledger does not tell. */
  readonly readers: readonly FollowerResponse[];
  readonly chains: readonly ChainReport[];
  readonly reactions: StatusResponse['reactions'] | null;
  readonly books: StatusResponse['books'] | null;
}

/** A chain as this version of the schema names its fields. */
export type ChainReport = Omit<WatchedChainResponse, 'secondsSinceReport'> & {
  readonly secondsSinceWord: number;
};

export interface Service {
  readonly url: string;
  readonly answers: boolean;
  readonly status: 'ok' | 'degraded' | 'failing' | null;
  readonly detail: string | null;
}
