import { InvalidBlock, RpcFailure, WrongChain } from '@daybook/chains';

/** The kind of node fault that an error is; null when the node is not at fault. */
export function nodeFaultOf(error: unknown): 'failure' | 'invalid-block' | 'wrong-chain' | null {
  if (error instanceof RpcFailure) return 'failure';
  if (error instanceof InvalidBlock) return 'invalid-block';
  if (error instanceof WrongChain) return 'wrong-chain';
  return null;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
