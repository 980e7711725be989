import { answerWith, endWith, readRequest } from '../support/processes';

export interface BlockReaderRequest {
  readonly url: string;
  readonly from: number;
  readonly to: number;
  /** Blocks that are requested at once. */
  readonly atOnce: number;
}

async function ask(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return JSON.parse(await response.text()).result;
}

/** Only fetches and parses blocks with their receipts. Answers with the seconds. */
async function main(): Promise<void> {
  const { url, from, to, atOnce } = await readRequest<BlockReaderRequest>();
  endWith(async () => undefined);
  const startedAt = performance.now();
  let next = from;
  const worker = async () => {
    while (next <= to) {
      const number = `0x${(next++).toString(16)}`;
      const block = await ask(url, 'eth_getBlockByNumber', [number, true]);
      await ask(url, 'eth_getBlockReceipts', [(block as { readonly hash: string }).hash]);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  answerWith((performance.now() - startedAt) / 1000);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
