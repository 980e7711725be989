import { base58 } from '../../libs/chains/testing/tron-blocks';
import { startTronNode } from '../../libs/chains/testing/tron-node/tron-node';
import { answerWith, endWith, readRequest } from '../support/processes';
import { type RecordedTronNode, recordTronChain } from '../support/recorded-tron-chain';

export interface RecordedTronNodeRequest {
  readonly blocks: number;
  readonly watched: number;
}

const CONNECTIONS_MAX = 500;

/** The stand-in for a TRON node with a chain that was made before, so that only its client is measured. */
async function main(): Promise<void> {
  const { blocks, watched } = await readRequest<RecordedTronNodeRequest>();
  // The watcher and the bare reader ask at once as much as they may, and neither is to wait for a connection.
  const node = await startTronNode({ checksSignatures: false, connectionsMax: CONNECTIONS_MAX });
  const { chain, fullUrl, solidityUrl } = node;
  recordTronChain(node, blocks, watched);
  node.printAll();
  const usdt = base58(chain.contract('usdt'));
  answerWith({ chain: chain.id, fullUrl, solidityUrl, usdt } satisfies RecordedTronNode);
  endWith(node.close);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
