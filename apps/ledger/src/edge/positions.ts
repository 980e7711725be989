import type { FastifyRequest } from 'fastify';
import type { PositionReached } from '../projections/position-reached';
import { Problem } from './problem';

/** Up to 18 digits: far beyond any log, and within PostgreSQL's bigint. */
export const POSITION = /^(0|[1-9][0-9]{0,17})$/;
export const POSITION_LENGTH_MAX = 18;
export const POSITION_SENTENCE =
  'must be a position: a whole number of up to 18 digits, in quotes in JSON, such as 42.';

/** Longer than the read models lag while all is well, shorter than clients wait. */
const WAIT_MS = 5_000;

/**
 * Read your writes: a read with `minPosition` waits until the read models are there. Refuses with
 * `position-not-reached`. What is no position is left to the validation of the query.
 */
export function awaitPosition(position: PositionReached, waitMs = WAIT_MS) {
  return async ({ method, query }: FastifyRequest): Promise<void> => {
    const { minPosition } = (query ?? {}) as Record<string, unknown>;
    const isRead = method === 'GET' || method === 'HEAD';
    if (!isRead || typeof minPosition !== 'string' || !POSITION.test(minPosition)) return;
    await reach(position, minPosition, waitMs);
  };
}

/** Waits until everything up to a position is visible. Refuses with `position-not-reached`. */
export async function reach(
  position: PositionReached,
  minPosition: string,
  waitMs = WAIT_MS,
): Promise<void> {
  if (await position.within(BigInt(minPosition), Math.min(waitMs, WAIT_MS))) return;
  throw new Problem('position-not-reached', `Position ${minPosition} is not visible yet.`, {
    headers: { 'retry-after': '1' },
  });
}
