import type { FastifyReply } from 'fastify';
import type { Answer } from '../edge/request-context';

/** A command's answer in its wire form, as both edges give it. */
export interface Answered<Wire> extends Pick<Answer<unknown>, 'outcome' | 'replayed'> {
  readonly wire: Wire;
}

/**
 * The status and headers of a command's answer: 201 with its place when the command made it, also
 * when the request is a repeat by key, which is answered as the first time.
 */
export function answered(
  reply: FastifyReply,
  { outcome, replayed }: Pick<Answer<unknown>, 'outcome' | 'replayed'>,
  location?: string,
): void {
  if (replayed) reply.header('idempotency-replayed', 'true');
  if (location === undefined) return;
  reply.status(outcome === 'created' ? 201 : 200);
  if (outcome === 'created') reply.header('location', location);
}

/** The latest of several positions. */
export function latest(positions: readonly bigint[]): bigint {
  let last = 0n;
  for (const position of positions) if (position > last) last = position;
  return last;
}
