import type { BlockHeader } from '../chain-client';
import { RpcFailure } from '../node-http';
import type { JsonRpc } from './json-rpc';
import { isMissingBlock } from './missing-block';
import { isMissingState, isUnknownMethod } from './refusals';

/** A load balancer has nodes of several kinds, so what one does not know is tried again after this. */
const UNKNOWN_MS = 600_000;

type Named = Pick<BlockHeader, 'number' | 'hash'>;

export interface ProofAnswer {
  /** Null if the node does not serve the state of the block. */
  readonly answer: unknown;
  /** Whether it was asked for by number, so that it may be of another branch. */
  readonly isByNumber: boolean;
}

/** Asks one node for proofs of accounts, and remembers what it does not know. */
export function createProofSource(rpc: JsonRpc, now = Date.now) {
  let unknownUntil = 0;
  /** Some nodes take no block by its hash (EIP-1898). */
  let byNumberUntil = 0;

  /** What the node refuses, or its answer. */
  async function ask(address: string, at: unknown): Promise<{ answer: unknown } | RpcFailure> {
    try {
      return { answer: await rpc.send('eth_getProof', [address, [], at]) };
    } catch (error) {
      if (error instanceof RpcFailure && error.kind === 'refused') return error;
      throw error;
    }
  }

  return {
    async of(address: string, { number, hash }: Named): Promise<ProofAnswer> {
      const isByNumber = now() < byNumberUntil;
      const nothing = { answer: null, isByNumber };
      if (now() < unknownUntil) return nothing;
      if (!isByNumber) {
        const found = await ask(address, { blockHash: hash });
        if (!(found instanceof RpcFailure)) return { ...found, isByNumber: false };
        if (isMissingState(found) || isMissingBlock(found)) return nothing;
        // Any other refusal may be of the form of the question.
      }
      const found = await ask(address, `0x${number.toString(16)}`);
      if (!(found instanceof RpcFailure)) {
        byNumberUntil = now() + UNKNOWN_MS;
        return { ...found, isByNumber: true };
      }
      if (isUnknownMethod(found)) unknownUntil = now() + UNKNOWN_MS;
      return nothing;
    },
  };
}
