import type { ProviderFault } from '../chain-client';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { WrongChain } from '../wrong-chain';

/** What an error says about a provider; null for an error that is not the provider's. */
export function faultOf(error: unknown): ProviderFault | null {
  if (error instanceof InvalidBlock) return 'invalid-block';
  if (error instanceof WrongChain) return 'wrong-chain';
  if (!(error instanceof RpcFailure)) return null;
  return error.kind === 'passing' ? 'unreachable' : error.kind;
}

/** Passes over a provider's fault; throws any other error. */
export function unlessFault(error: unknown): null {
  if (faultOf(error) === null) throw error;
  return null;
}
