import { answerWith, endWith, readRequest } from '../support/processes';

export interface BlockReaderRequest {
  readonly kind: keyof typeof READERS;
  readonly url: string;
  readonly from: number;
  readonly to: number;
  /** Blocks that are requested at once. */
  readonly atOnce: number;
}

async function post<T>(url: string, question: object): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(question),
  });
  return JSON.parse(await response.text());
}

/** Reads a block with what its transactions did. */
const READERS = {
  evm: async (url: string, number: number): Promise<void> => {
    const ask = (method: string, ...params: readonly unknown[]) =>
      post<{ readonly result: { readonly hash: string } }>(url, {
        ...{ jsonrpc: '2.0', id: 1, method, params },
      });
    const block = await ask('eth_getBlockByNumber', `0x${number.toString(16)}`, true);
    await ask('eth_getBlockReceipts', block.result.hash);
  },
  tron: async (url: string, number: number): Promise<void> => {
    await Promise.all([
      post(`${url}/wallet/getblock`, { id_or_num: String(number), detail: true }),
      post(`${url}/wallet/gettransactioninfobyblocknum`, { num: number }),
    ]);
  },
};

/** Only fetches and parses blocks with their receipts. Answers with the seconds. */
async function main(): Promise<void> {
  const { kind, url, from, to, atOnce } = await readRequest<BlockReaderRequest>();
  endWith(async () => undefined);
  const startedAt = performance.now();
  let next = from;
  const worker = async () => {
    while (next <= to) await READERS[kind](url, next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  answerWith((performance.now() - startedAt) / 1000);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
