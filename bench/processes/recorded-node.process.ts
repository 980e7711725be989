import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { surviveLostConnections } from '@daybook/platform/plain';
import { answerWith, endWith, readRequest } from '../support/processes';
import { type Proving, type RecordedBlock, recordChain } from '../support/recorded-chain';
import { CHAIN } from '../support/transfers';

export interface RecordedNodeRequest {
  readonly blocks: number;
  readonly watched: number;
  readonly proving: Proving;
  /** The last block that it shows until `bench_show` names another; all of them without it. */
  readonly shown?: number;
  /** Whether it serves traces; otherwise it refuses them. */
  readonly isTracing?: boolean;
  /** Whether it knows batches, and says that every address holds 1 of the coin and of each token. */
  readonly isServingBalances?: boolean;
}

/** A result as JSON. Bytes cost the node least, which runs beside what is measured. */
type Results = (method: string, params: readonly unknown[]) => Buffer | null;

interface Served extends Pick<RecordedBlock, 'number' | 'hash'> {
  readonly header: Buffer;
  readonly block: Buffer | null;
  readonly receipts: Buffer | null;
  readonly traces: Buffer | null;
}

function served({ number, hash, header, block, receipts, traces }: RecordedBlock): Served {
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));
  return {
    number,
    hash,
    header: Buffer.from(header),
    block: bytes(block),
    receipts: bytes(receipts),
    traces: bytes(traces),
  };
}

/** As a quantity and as a word. */
const ONE = Buffer.from(`"0x${'1'.padStart(64, '0')}"`);

/** A node that answers from memory, so that only its client is measured. */
function resultsOf(recorded: readonly RecordedBlock[], shownAtFirst: number): Results {
  const blocks = recorded.map(served);
  const byHash = new Map(blocks.map((block) => [block.hash, block]));
  let shown = shownAtFirst;
  let balances = 0;
  const at = (place: unknown): Served | undefined => {
    if (place === 'latest') return blocks[shown];
    if (typeof place !== 'string' || !/^0x[0-9a-f]+$/.test(place)) return undefined;
    const found = byHash.get(place) ?? blocks[Number(place)];
    return found && found.number <= shown ? found : undefined;
  };
  return (method, [place, isWhole]) => {
    switch (method) {
      case 'eth_chainId':
        return Buffer.from(JSON.stringify(`0x${Number(CHAIN.split(':')[1]).toString(16)}`));
      case 'eth_getBlockByNumber':
      case 'eth_getBlockByHash': {
        const block = at(place);
        return (isWhole ? block?.block : block?.header) ?? null;
      }
      case 'eth_getBlockReceipts':
        return at(place)?.receipts ?? null;
      case 'debug_traceBlockByHash':
        return at(place)?.traces ?? null;
      case 'bench_show':
        shown = Number(place);
        return Buffer.from('true');
      case 'eth_getBalance':
      case 'eth_call':
        balances += 1;
        return ONE;
      case 'bench_balances':
        return Buffer.from(String(balances));
      default:
        return null;
    }
  };
}

interface Asked {
  readonly id: number | null;
  readonly method: string;
  readonly params: readonly unknown[];
}

const UNKNOWN_METHOD = '"error":{"code":-32601,"message":"the method does not exist"}';

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function main(): Promise<void> {
  const {
    blocks,
    watched,
    proving,
    shown,
    isTracing = false,
    isServingBalances = false,
  } = await readRequest<RecordedNodeRequest>();
  const chain = await recordChain(blocks, watched, proving);
  const results = resultsOf(chain, shown ?? chain.length - 1);
  const isRefused = (method: string) =>
    method === '' ||
    (!isTracing && /^(debug|trace)_/.test(method)) ||
    (!isServingBalances && /^eth_(getBalance|call)$/.test(method));
  const answerTo = ({ id = null, method = '', params = [] }: Partial<Asked>) => {
    return [
      `{"jsonrpc":"2.0","id":${id},`,
      ...(isRefused(method) ? [UNKNOWN_METHOD] : ['"result":', results(method, params) ?? 'null']),
      '}',
    ];
  };
  const server = surviveLostConnections(
    createServer((request, response) => {
      bodyOf(request)
        .then((body) => {
          const asked = JSON.parse(body);
          const isBatch = isServingBalances && Array.isArray(asked);
          const parts = isBatch
            ? ['[', ...asked.flatMap((one, n) => [n === 0 ? '' : ',', ...answerTo(one)]), ']']
            : answerTo(asked);
          const length = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
          response.writeHead(200, { 'content-type': 'application/json', 'content-length': length });
          for (const part of parts) response.write(part);
          response.end();
        })
        .catch(() => response.destroy());
    }),
  );
  server.listen(0, '127.0.0.1', () => {
    answerWith(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  endWith(async () => void server.closeAllConnections());
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
