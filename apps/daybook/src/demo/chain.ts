import type { Family } from '@daybook/domain';

/** A local chain of the demo in a process of its own, which makes blocks on demand only. */
export interface DemoChain {
  readonly family: Family;
  readonly port: number;
  readonly pid: number;
  /** Resolves when it has ended, for any reason. */
  readonly exited: Promise<void>;
  /** Whether it answers within two seconds; never rejects. */
  answers(): Promise<boolean>;
  stop(): Promise<void>;
  /** What runs, and where. */
  readonly description: string;
  /** Its entry in the chains file, with its assets. */
  readonly entry: object;
  /** What the story must say of the chain; empty if its title says all. */
  readonly remark: string;
  /** What the story pays with. The coin is the native one. */
  readonly amounts: Readonly<Record<Paid, string>>;
  /** Signs payments of the faucet. They are sent with `announce`. */
  sign(payments: readonly Payment[]): Promise<readonly Signed[]>;
  /** Sends the payments that the node does not know; with `again`, all that are in no block. */
  announce(signed: readonly Signed[], again: boolean): Promise<void>;
  /** Makes a block. Returns its height. */
  mine(): Promise<number>;
  /** The pattern of its addresses, for `grep -o`. */
  readonly addressPattern: string;
  /** The currency code of its coin. */
  readonly coin: string;
}

export type Paid = 'firstToken' | 'secondToken' | 'coin';

export interface Payment {
  readonly what: Paid;
  readonly to: string;
  /** In whole units, such as `25.5`. */
  readonly amount: string;
}

/** A signed transaction. Sending it again has no second effect. */
export interface Signed {
  readonly hash: string;
  readonly raw: string;
}

/** Where a chain starts. */
export interface DemoChainPlace {
  /** Keeps its blocks. */
  readonly folder: string;
  /** The usual port of its kind, or any free one, without it. */
  readonly port?: number;
}

export const CURL_JSON = `curl -s -H 'content-type: application/json'`;
