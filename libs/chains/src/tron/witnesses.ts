import type { BlockHeader } from '../chain-client';
import { digitsOf, type Fields, fieldsOf, listOf } from './answer';
import type { MaySign } from './prove-header';
import { readTronHeader } from './read-block';
import { canonicalTronAddress, tronAddressKey } from './tron-address';
import type { TronNode } from './tron-node';

/** A block of a new witness waits at most this long; an unknown one costs no more than a few calls per this time. */
const REFRESH_MS = 5_000;
/** Rounds of all active witnesses in which enough of them should have signed. */
const ROUNDS_MAX = 3;

type Block = Pick<BlockHeader, 'number' | 'hash'>;

/** The witnesses of a chain and the keys with which they sign. */
export interface Witnesses {
  /**
   * What `read` makes of it. If it refuses a signer that is not known, the node is asked for its witnesses and
   * keys, and `read` is called again if the signer is one of them, or if the block is irreversible all the same.
   */
  judge<T>(read: (maySign: MaySign) => T): Promise<T>;
}

/**
 * Learns the set from the node. `listwitnesses` has every account that was ever a candidate. Each signs with its own
 * key or with the one of its witness permission (`getaccount`), as `BlockCapsule.validateSignature` of java-tron
 * checks. Both change by votes and by transactions, so what is missing is asked for when a header needs it. Keys are
 * never forgotten, because older blocks keep their signatures. A block that was signed with a key that its witness
 * had replaced before this process started is believed if others built on it: see `isBuiltOn`. A node that lies about its witnesses as well is found out by a second provider only.
 */
export function createWitnesses(node: TronNode, chain: string, refreshMs = REFRESH_MS): Witnesses {
  const keys = new Map<string, Set<string>>();
  let activeCount = 0;
  const list = atIntervals(refreshMs, async () => {
    const answer = fieldsOf(await node.full('listwitnesses', {}), 'list of witnesses');
    const listed = listOf(answer.witnesses, 'witnesses').map((each) => fieldsOf(each, 'witness'));
    activeCount = listed.filter(({ isJobs }) => isJobs === true).length;
    for (const { address } of listed) {
      const witness = addressOf(address, 'address of a witness');
      if (witness !== null && !keys.has(witness)) keys.set(witness, new Set([witness]));
    }
  });
  /** By witness. Only listed ones are asked for, so this is bounded by the list. */
  const learning = new Map<string, () => Promise<void>>();

  const maySign: MaySign = (signer, witness) => keys.get(witness)?.has(signer) ?? false;

  function learnKeys(witness: string, known: Set<string>) {
    const learn =
      learning.get(witness) ??
      atIntervals(refreshMs, async () => {
        const account = await node.full('getaccount', { address: hexOf(witness) });
        for (const key of permittedKeys(fieldsOf(account, 'account of a witness'))) known.add(key);
      });
    learning.set(witness, learn);
    return learn;
  }

  /**
   * Whether so many known witnesses signed blocks above this one that it is irreversible: 70 % of the active ones,
   * as `DposService.updateSolidBlock` of java-tron computes (19 of 27). So the chain accepted this block. That says
   * nothing about the key in the answer: the id of a block does not cover its signature, so a node that lies could
   * put its own key there, and it is not learnt.
   */
  async function isBuiltOn({ number, hash }: Block): Promise<boolean> {
    const needed = activeCount - Math.floor(activeCount * 0.3);
    const signed = new Set<string>();
    let parentHash = hash;
    for (let at = number + 1; at <= number + ROUNDS_MAX * activeCount; at++) {
      const answer = await node.full('getblock', { id_or_num: `${at}`, detail: false });
      const header = readTronHeader(answer, {
        ...{ chain, at },
        maySign(signer, witness, block) {
          if (maySign(signer, witness, block)) signed.add(witness);
          return true;
        },
      });
      if (header === null || header.parentHash !== parentHash) return false;
      if (signed.size >= needed) return true;
      parentHash = header.hash;
    }
    return false;
  }

  /** Returns whether the signer may sign for the witness, as far as the node says. */
  async function learn(...[signer, witness, block]: Parameters<MaySign>): Promise<boolean> {
    if (!keys.has(witness)) await list();
    const known = keys.get(witness);
    if (known !== undefined && !known.has(signer)) await learnKeys(witness, known)();
    return maySign(signer, witness, block);
  }

  return {
    async judge(read) {
      const refused: Parameters<MaySign>[] = [];
      try {
        return read((...asked) => {
          const may = maySign(...asked);
          if (!may) refused.push(asked);
          return may;
        });
      } catch (error) {
        const [unknown] = refused;
        if (unknown === undefined) throw error;
        const [, witness, block] = unknown;
        const mayNow = await learn(...unknown);
        if (mayNow) return read(maySign);
        if (!keys.has(witness) || !(await isBuiltOn(block))) throw error;
        return read((_, __, { hash }) => hash === block.hash);
      }
    },
  };
}

/** The keys of the witness permission. None if the account has none, or there is no such account. */
function permittedKeys({ witness_permission }: Fields): readonly string[] {
  if (witness_permission === undefined) return [];
  const { keys } = fieldsOf(witness_permission, 'witness permission');
  return listOf(keys, 'keys of a witness permission').flatMap((each) => {
    const { address } = fieldsOf(each, 'key of a witness permission');
    const key = addressOf(address, 'address of a witness permission');
    return key === null ? [] : [key];
  });
}

/** Null if it is no address. */
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
