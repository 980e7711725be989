import { InvalidBlock, RpcFailure, WrongChain } from '@daybook/chains';

/** What kind of fault of the node an error is; null when it is none, and the watch is at fault. */
export function nodeFaultOf(error: unknown): 'failure' | 'invalid-block' | 'wrong-chain' | null {
  if (error instanceof RpcFailure) return 'failure';
  if (error instanceof InvalidBlock) return 'invalid-block';
  if (error instanceof WrongChain) return 'wrong-chain';
  return null;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
