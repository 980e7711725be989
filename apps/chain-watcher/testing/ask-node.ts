import { post } from '../../../libs/chains/src/http-post';

const OPTIONS = {
  headers: { 'content-type': 'application/json' },
  timeoutMs: 30_000,
  responseBytesMax: 128 * 1024 * 1024,
};

/**
 * What a node answers to a JSON-RPC request. As the product asks nodes: `fetch` takes twice the processor time, and
 * some suites ask thousands of times.
 */
export async function askNode(url: string, body: string): Promise<string> {
  const answer = await post(url, { ...OPTIONS, body });
  return String(answer.body);
}
