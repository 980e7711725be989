import type { ChainBlock, ChainClient } from './chain-client';

/** `wrong`: the watcher cannot do its work. `warning`: it can, with the limit that the sentence names. */
export type FindingState = 'ok' | 'warning' | 'wrong';

/** What a check found out about a node or a chain. Never has a URL or a key. */
export interface Finding {
  /** In kebab case, such as `oldest-block`. */
  readonly topic: string;
  readonly state: FindingState;
  readonly sentence: string;
  /** What to do; absent where nothing has to be done. */
  readonly right?: string;
}

/** What a node says of a token. `absent`: there is no such token. `unread`: it did not answer the question. */
export type TokenAnswer =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unread'; readonly reason: string }
  | { readonly kind: 'read'; readonly decimals: number; readonly symbol: string | null };

/** A token by its place in its CAIP-19 namespace: the address of a contract, or the number of an issued token. */
export interface TokenName {
  readonly kind: 'contract' | 'issued';
  readonly reference: string;
}

/** One node with the questions of a check, which a watcher never asks, beside those of a watcher. */
export interface Inspection {
  readonly client: ChainClient;
  /** The requests that were sent so far. A batch counts as many as it has. */
  requests(): number;
  /** What only nodes of this family can have. `recent` are blocks that the node has just shown. */
  findings(recent: readonly ChainBlock[]): Promise<readonly Finding[]>;
  /** The weaker rule by which the node's block is complete, for one that was refused; null if there is none. */
  weakerRule(at: number): Promise<string | null>;
  token(token: TokenName): Promise<TokenAnswer>;
}
