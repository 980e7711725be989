import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerWith, endWith, readRequest } from '../support/processes';
import { type Proving, type RecordedBlock, recordChain } from '../support/recorded-chain';
import { CHAIN } from '../support/transfers';

export interface RecordedNodeRequest {
  readonly blocks: number;
  readonly watched: number;
  readonly proving: Proving;
  /** The last block that it shows until `bench_show` names another; all of them without it. */
  readonly shown?: number;
}

type Results = (method: string, params: readonly unknown[]) => string | null;

/** A node that answers from memory, so that only its client is measured. */
function resultsOf(blocks: readonly RecordedBlock[], shownAtFirst: number): Results {
  const byHash = new Map(blocks.map((block) => [block.hash, block]));
  let shown = shownAtFirst;
  const at = (place: unknown): RecordedBlock | undefined => {
    if (place === 'latest') return blocks[shown];
    if (typeof place !== 'string' || !/^0x[0-9a-f]+$/.test(place)) return undefined;
    const found = byHash.get(place) ?? blocks[Number(place)];
    return found && found.number <= shown ? found : undefined;
  };
  return (method, [place, isWhole]) => {
    switch (method) {
      case 'eth_chainId':
        return JSON.stringify(`0x${Number(CHAIN.split(':')[1]).toString(16)}`);
      case 'eth_getBlockByNumber':
      case 'eth_getBlockByHash': {
        const block = at(place);
        return (isWhole ? block?.block : block?.header) ?? null;
      }
      case 'eth_getBlockReceipts':
        return at(place)?.receipts ?? null;
      case 'bench_show':
        shown = Number(place);
        return 'true';
      default:
        return null;
    }
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function main(): Promise<void> {
  const { blocks, watched, proving, shown } = await readRequest<RecordedNodeRequest>();
  const chain = await recordChain(blocks, watched, proving);
  const results = resultsOf(chain, shown ?? chain.length - 1);
  const server = createServer((request, response) => {
    bodyOf(request).then(
      (body) => {
        const { id, method, params } = JSON.parse(body);
        response.setHeader('content-type', 'application/json');
        response.end(`{"jsonrpc":"2.0","id":${id},"result":${results(method, params) ?? 'null'}}`);
      },
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1', () => {
    answerWith(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  endWith(async () => void server.closeAllConnections());
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
