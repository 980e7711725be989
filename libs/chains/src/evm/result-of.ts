import { InvalidBlock } from '../invalid-block';
import { textOf, type Unparsed } from '../node-http';

/** Some servers send an error without code and words beside each result. */
export function isNoError(error: unknown): boolean {
  return typeof error === 'object' && !Object.values(Object(error)).some(Boolean);
}

/** The result of a request. Throws `InvalidBlock`. */
export function resultOf(answer: Unparsed): unknown {
  if ('result' in answer) return answer.result;
  let parsed: unknown;
  try {
    parsed = JSON.parse(textOf(answer.bytes));
  } catch {
    throw new InvalidBlock("The node's answer is not JSON.");
  }
  const { result, error } = Object(parsed) as { result?: unknown; error?: unknown };
  if (error && (result === undefined || !isNoError(error)))
    throw new InvalidBlock("The node's answer has an error besides a result.");
  if (result === undefined) throw new InvalidBlock("The node's answer has no result.");
  return result;
}
