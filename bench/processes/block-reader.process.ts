import { post } from '../../libs/chains/src/http-post';
import { textOf } from '../../libs/chains/src/node-http';
import { answerWith, endWith, readRequest } from '../support/processes';
import { warmFrom } from '../support/warm-up';

const TIMEOUT_MS = 60_000;
const ANSWER_BYTES_MAX = 128 * 1024 * 1024;

export interface BlockReaderRequest {
  readonly kind: keyof typeof READERS;
  readonly url: string;
  readonly from: number;
  readonly to: number;
  /** Blocks that are requested at once. */
  readonly atOnce: number;
}

/** As the watcher asks, so that a slower way to fetch makes no lower limit. */
async function ask<T>(url: string, question: object): Promise<T> {
  const { body } = await post(url, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(question),
    ...{ timeoutMs: TIMEOUT_MS, responseBytesMax: ANSWER_BYTES_MAX },
  });
  if (body === null) throw new Error('The answer is too large.');
  return JSON.parse(textOf(body));
}

async function call(url: string, method: string, ...params: readonly unknown[]) {
  const question = { jsonrpc: '2.0', id: 1, method, params };
  return (await ask<{ readonly result: { readonly hash: string } }>(url, question)).result;
}

async function readEvm(url: string, number: number): Promise<string> {
  const { hash } = await call(url, 'eth_getBlockByNumber', `0x${number.toString(16)}`, true);
  await call(url, 'eth_getBlockReceipts', hash);
  return hash;
}

/** Reads a block with what its transactions did. */
const READERS = {
  evm: async (url: string, number: number): Promise<void> => void (await readEvm(url, number)),
  traced: async (url: string, number: number): Promise<void> => {
    const hash = await readEvm(url, number);
    await call(url, 'debug_traceBlockByHash', hash, { tracer: 'callTracer' });
  },
  tron: async (url: string, number: number): Promise<void> => {
    await Promise.all([
      ask(`${url}/wallet/getblock`, { id_or_num: String(number), detail: true }),
      ask(`${url}/wallet/gettransactioninfobyblocknum`, { num: number }),
    ]);
  },
};

/** Only fetches and parses blocks with their receipts. Answers with the blocks per second after the warm-up. */
async function main(): Promise<void> {
  const { kind, url, from, to, atOnce } = await readRequest<BlockReaderRequest>();
  endWith(async () => undefined);
  const warm = warmFrom(from, to);
  let startedAt = 0;
  let next = from;
  const worker = async () => {
    while (next <= to) {
      if (next === warm) startedAt = performance.now();
      await READERS[kind](url, next++);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  answerWith((to - warm + 1) / ((performance.now() - startedAt) / 1000));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
