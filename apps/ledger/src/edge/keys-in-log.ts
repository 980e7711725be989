import type { json } from '@daybook/contracts';
import { type EventsOf, endOf, streamName, upcast } from '@daybook/domain';
import { EventStore, type RecordedEvent } from '@daybook/event-store';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { KeyOwner } from './api-keys';

/** All keys that an owner ever had, in the order of issue; null for an owner that does not exist. */
export class ListApiKeys extends Query<readonly json.ApiKey[] | null> {
  constructor(readonly owner: KeyOwner) {
    super();
  }
}

@QueryHandler(ListApiKeys)
export class ListApiKeysHandler implements IQueryHandler<ListApiKeys> {
  constructor(private readonly store: EventStore) {}

  async execute({ owner }: ListApiKeys): Promise<readonly json.ApiKey[] | null> {
    const history = await this.store.readStream(streamName(owner.kind, owner.id));
    return history.length === 0 ? null : keysIn(history);
  }
}

/** The keys of an account or operator in the order of issue. Read from the event log, so none is missing. */
export function keysIn(history: readonly RecordedEvent[]): readonly json.ApiKey[] {
  const keys = new Map<string, json.ApiKey>();
  for (const recorded of history) {
    // The stream has events of these kinds only.
    const event = upcast(recorded) as EventsOf[KeyOwner['kind']];
    const key = keyAfter(event, recorded.recordedAt, keys);
    if (key !== null) keys.set(key.keyId, key);
  }
  return [...keys.values()];
}

/** The key that an event issues, ends or revokes; null if it concerns no key. */
function keyAfter(
  event: EventsOf[KeyOwner['kind']],
  recordedAt: string,
  keys: ReadonlyMap<string, json.ApiKey>,
): json.ApiKey | null {
  switch (event.type) {
    case 'ApiKeyIssued': {
      const { keyHash: _, issuedBy, replaces: replacesKeyId, ...issued } = event.data;
      const issuer = {
        issuedByKind: issuedBy?.kind ?? null,
        issuedByKeyId: issuedBy?.keyId ?? null,
        issuedByPerson: issuedBy?.person ?? null,
      };
      return issuedKey({ ...issued, ...issuer, replacesKeyId, issuedAt: recordedAt });
    }
    case 'OperatorKeyIssued': {
      const { keyHash: _, ...issued } = event.data;
      const unknown = {
        ...{ person: null, issuedByKind: null, issuedByKeyId: null, issuedByPerson: null },
      };
      return issuedKey({ ...issued, ...unknown, replacesKeyId: null, issuedAt: recordedAt });
    }
    case 'ApiKeyRevoked':
    case 'OperatorKeyRevoked': {
      const { keyId, reason } = event.data;
      const issued = keys.get(keyId) ?? null;
      return issued && { ...issued, status: 'revoked', revokedAt: recordedAt, reason };
    }
    case 'ApiKeyRotated': {
      const { keyId, endsAt } = event.data;
      const issued = keys.get(keyId) ?? null;
      return issued && issuedKey({ ...issued, expiresAt: endOf({ ...issued, endsAt }) });
    }
    case 'AccountOpened':
    case 'AccountClosed':
    case 'AccountReopened':
    case 'AccountPolicyChanged':
    case 'OperatorAdded':
    case 'ParkedKeyRetried':
      return null;
  }
}

/** A key that is not revoked. */
function issuedKey(key: Omit<json.ApiKey, 'status' | 'revokedAt' | 'reason'>): json.ApiKey {
  const isExpired = key.expiresAt !== null && Date.parse(key.expiresAt) <= Date.now();
  const status = isExpired ? 'expired' : 'active';
  return { ...key, status, revokedAt: null, reason: null };
}
