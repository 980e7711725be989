import { reasonOf, within } from '@daybook/platform/plain';
import type { EngineResponse, StatusResponse } from './status.dto';

/** An engine that has not answered by then is reported as not answering. */
const ANSWER_TIMEOUT_MS = 5_000;

/** Whether an engine answers, and what. Never rejects. */
export async function engineOf<T>(
  kind: EngineResponse['kind'],
  asked: Promise<T>,
): Promise<{ readonly engine: EngineResponse; readonly answer: T | null }> {
  try {
    const late = `No answer in ${ANSWER_TIMEOUT_MS / 1_000} s.`;
    const answer = await within(asked, ANSWER_TIMEOUT_MS, late);
    return { engine: { kind, answers: true, detail: null }, answer };
  } catch (error) {
    return { engine: { kind, answers: false, detail: reasonOf(error) }, answer: null };
  }
}

/** A sentence for each engine that does not answer. */
export function engineProblems({
  database,
  eventLog,
  durableLog,
}: StatusResponse['engines']): string[] {
  const engines: readonly (readonly [string, EngineResponse])[] = [
    ['PostgreSQL', database],
    ['The event log', eventLog],
    ['The durable log', durableLog],
  ];
  return engines
    .filter(([, { answers }]) => !answers)
    .map(([name, { detail }]) => `${name} does not answer: ${detail}`);
}
