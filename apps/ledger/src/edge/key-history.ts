import { type Decider, type DomainEvent, upcast } from '@daybook/domain';
import type { EventStore, RecordedEvent } from '@daybook/event-store';
import type { ApiKeyResponse } from './keys.dto';
import { found } from './problem';
import type { Answer, RequestContext } from './request-context';
import { writeAs } from './write-as';

/** The keys of a stream in the order of issue. Read from the event log, so none is missing. */
export function keysIn(
  history: readonly RecordedEvent[],
  now = new Date(),
): readonly ApiKeyResponse[] {
  const keys = new Map<string, ApiKeyResponse>();
  for (const recorded of history) {
    const event = upcast(recorded);
    if (event.type === 'ApiKeyIssued' || event.type === 'OperatorKeyIssued') {
      const { keyHash: _, ...issued } = event.data;
      const isOver = issued.expiresAt !== null && new Date(issued.expiresAt) <= now;
      keys.set(issued.keyId, {
        ...issued,
        status: isOver ? 'expired' : 'active',
        issuedAt: recorded.recordedAt,
        revokedAt: null,
        reason: null,
      });
    }
    if (event.type === 'ApiKeyRevoked' || event.type === 'OperatorKeyRevoked') {
      const { keyId, reason } = event.data;
      const issued = keys.get(keyId);
      if (issued === undefined) continue;
      keys.set(keyId, { ...issued, status: 'revoked', revokedAt: recorded.recordedAt, reason });
    }
  }
  return [...keys.values()];
}

/** Decides a command about a key, and answers with the key as the event log has it. */
export async function writeKey<
  Command,
  Event extends DomainEvent,
  State extends { readonly status: string },
>(
  store: EventStore,
  context: RequestContext,
  stream: string,
  decider: Decider<Command, Event, State>,
  command: Command & { readonly keyId: string },
): Promise<Answer<ApiKeyResponse>> {
  const answer = await writeAs(store, context, stream, decider, command, () => null);
  const keys = keysIn(await store.readStream(stream));
  const key = keys.find(({ keyId }) => keyId === command.keyId) ?? null;
  return { ...answer, resource: found(key, 'api-key-not-found') };
}
