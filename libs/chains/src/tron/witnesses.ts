import { digitsOf, fieldsOf, listOf } from './answer';
import type { MaySign } from './prove-header';
import { canonicalTronAddress, tronAddressKey } from './tron-address';
import type { TronNode } from './tron-node';

/** A block of a new witness waits at most this long; an unknown one costs no more than a call per this time. */
const REFRESH_MS = 5_000;

/** The witnesses of a chain and the keys with which they sign. */
export interface Witnesses {
  /**
   * What `read` makes of it. If it refuses a signer that is not known, the node is asked for its witnesses and
   * keys, and `read` is called again if the signer is one of them.
   */
  judge<T>(read: (maySign: MaySign) => T): Promise<T>;
}

/**
 * Learns the set from the node: `listwitnesses` has every account that was ever a candidate, and each signs with
 * its own key or with the one of its witness permission (`getaccount`), as `BlockCapsule.validateSignature` of
 * java-tron checks. Both change by votes and by transactions, so what is missing is asked for when a header needs
 * it. Keys are never forgotten, because older blocks keep their signatures. A node that lies about its witnesses
 * as well is found out by a second provider only.
 */
export function createWitnesses(node: TronNode, refreshMs = REFRESH_MS): Witnesses {
  const keys = new Map<string, Set<string>>();
  const list = atIntervals(refreshMs, async () => {
    const answer = fieldsOf(await node.full('listwitnesses', {}), 'list of witnesses');
    for (const each of listOf(answer.witnesses, 'witnesses')) {
      const witness = addressOf(fieldsOf(each, 'witness').address, 'address of a witness');
      if (witness !== null && !keys.has(witness)) keys.set(witness, new Set([witness]));
    }
  });
  const askedKeys = new Map<string, () => Promise<void>>();

  function askKeys(witness: string, known: Set<string>): Promise<void> {
    const asking =
      askedKeys.get(witness) ??
      atIntervals(refreshMs, async () => {
        const answer = await node.full('getaccount', { address: hexOf(witness) });
        for (const key of permittedKeys(answer)) known.add(key);
      });
    askedKeys.set(witness, asking);
    return asking();
  }

  const maySign: MaySign = (signer, witness) => keys.get(witness)?.has(signer) ?? false;

  async function learn(signer: string, witness: string): Promise<boolean> {
    if (!keys.has(witness)) await list();
    const known = keys.get(witness);
    // Only listed witnesses are asked for, so what is kept is bounded by the list.
    if (known !== undefined && !known.has(signer)) await askKeys(witness, known);
    return maySign(signer, witness);
  }

  return {
    async judge(read) {
      let unknown: readonly [signer: string, witness: string] | null = null;
      try {
        return read((signer, witness) => {
          if (maySign(signer, witness)) return true;
          unknown = [signer, witness];
          return false;
        });
      } catch (error) {
        if (unknown === null || !(await learn(...(unknown as [string, string])))) throw error;
      }
      return read(maySign);
    },
  };
}

/** The keys of the witness permission. None if the account has none, or there is no such account. */
function permittedKeys(answer: unknown): readonly string[] {
  const { witness_permission } = fieldsOf(answer, 'account of a witness');
  if (witness_permission === undefined) return [];
  const { keys } = fieldsOf(witness_permission, 'witness permission');
  return listOf(keys, 'keys of a witness permission').flatMap((each) => {
    const { address } = fieldsOf(each, 'key of a witness permission');
    const key = addressOf(address, 'address of a witness permission');
    return key === null ? [] : [key];
  });
}

/** Witnesses of the genesis block of a private network may be text instead of addresses; those never sign. */
function addressOf(value: unknown, what: string): string | null {
  return canonicalTronAddress(digitsOf(value, what));
}

function hexOf(address: string): string {
  return `41${tronAddressKey(address).slice(2)}`;
}

/** Runs `work` not more often than this. Calls while it runs wait for it. */
function atIntervals(ms: number, work: () => Promise<void>): () => Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;
  return async () => {
    if (running === null) {
      if (performance.now() - last < ms) return;
      running = work().finally(() => {
        last = performance.now();
        running = null;
      });
    }
    await running;
  };
}
