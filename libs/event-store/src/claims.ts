import { keyClaim, streamName } from '@daybook/domain';
import {
  type CommandForStream,
  type Decided,
  type Emitted,
  IdempotencyKeyReused,
  newEvents,
  streamState,
} from './decision';
import type { AppendRequest, RecordedEvent } from './event-store';
import { eventId } from './identity';

/** The stream in which a command id is claimed for one request. */
export function claimStream(commandId: string): string {
  return streamName('claim', commandId);
}

/** What the claim of a key says of a command: another request has it, or the first one changed nothing here. */
export type ClaimedBefore = IdempotencyKeyReused | { readonly unchangedAt: bigint } | null;

/** `history` is that of the claim, as far as it was read. */
export function claimedBefore(
  { stream, claim }: CommandForStream<unknown>,
  history: readonly RecordedEvent[],
): ClaimedBefore {
  const { state } = streamState(keyClaim, history);
  if (claim === undefined || state.status === 'absent') return null;
  if (state.request !== claim.request) return new IdempotencyKeyReused(stream);
  const revision = state.unchanged[stream];
  return revision === undefined ? null : { unchangedAt: BigInt(revision) };
}

/** What is still to be claimed for a command that was decided; null when nothing is. */
export function claimToAppend(
  { stream, claim, commandId, metadata }: CommandForStream<unknown>,
  history: readonly RecordedEvent[],
  decided: Pick<Decided<Emitted, unknown>, 'events' | 'revision'>,
): AppendRequest | null {
  if (claim === undefined) return null;
  const { state, revision } = streamState(keyClaim, history);
  const { request } = claim;
  const isUnchanged = decided.events.length === 0;
  const unchanged = isUnchanged ? { stream, revision: `${decided.revision}` } : null;
  const emitted = keyClaim.decide({ type: 'ClaimKey', commandId, request, unchanged }, state);
  if (emitted.length === 0) return null;
  const own = { stream: claimStream(commandId), command: null, commandId, metadata };
  // No repeat of this append is another request for the key, or the same one with another result.
  const claimant = `${commandId}\n${request}\n${isUnchanged ? 'unchanged' : 'changed'}`;
  const events = newEvents(own, revision + 1n, emitted).map((event, i) => {
    return { ...event, id: eventId(own.stream, revision + 1n + BigInt(i), claimant) };
  });
  return { stream: own.stream, expected: revision < 0n ? 'no-stream' : revision, events };
}
