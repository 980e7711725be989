/** A request as the ledger answers it. */
export interface WatchRequest {
  readonly id: string;
  readonly chain: string;
  readonly kind: 'rescan' | 'reset-ring';
  readonly state: 'waiting' | 'running' | 'done' | 'refused' | 'cancelled';
  readonly fromBlock: number | null;
  readonly toBlock: number | null;
  readonly blocksLeft: number | null;
  readonly found: number;
  readonly versions: number;
  readonly refusal: string | null;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly endedAt: string | null;
  /** Null while no watcher has taken it. */
  readonly reportedAt: string | null;
}

/** A request as a command left it. */
export interface WrittenRequest extends WatchRequest {
  readonly position: string;
}

export const WATCH_REQUESTS = '/v1/operations/watch-requests';

export function isOpen({ state }: WatchRequest): boolean {
  return state === 'waiting' || state === 'running';
}
