import { randomUUID } from 'node:crypto';
import { account, streamName, upcast } from '@daybook/domain';
import { decideAndAppend, type EventStore, type RecordedEvent } from '@daybook/event-store';
import { hashApiKey, newApiKey } from '../edge/api-key';

/** Who is named in the log when an operator manages keys. */
const ACTOR = 'operator';

export interface KeyRequest {
  readonly accountId: string;
  readonly scopes: readonly string[];
  /** What its owner calls it. */
  readonly name: string | null;
  readonly expiresAt: Date | null;
}

export interface NewKey {
  /** The whole key: shown once, kept by nobody. */
  readonly key: string;
  readonly keyId: string;
  /** From this position on it is known. */
  readonly position: bigint;
}

/** A key as an operator sees it. */
export interface KeyOverview {
  readonly accountId: string;
  readonly keyId: string;
  readonly name: string | null;
  readonly scopes: readonly string[];
  readonly status: 'active' | 'expired' | 'revoked';
  /** RFC 3339, as are the others. */
  readonly issuedAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly reason: string | null;
}

/** Makes a key of an account. Refuses with `account-not-found`. */
export async function issueKey(store: EventStore, request: KeyRequest): Promise<NewKey> {
  const { accountId, scopes, name, expiresAt } = request;
  const { key, keyId } = newApiKey();
  const { position } = await decideAndAppend(store, {
    stream: streamName('account', accountId),
    decider: account,
    command: {
      type: 'IssueApiKey',
      ...{ keyId, keyHash: hashApiKey(key), scopes, name },
      expiresAt: expiresAt?.toISOString() ?? null,
    },
    commandId: `issue:${keyId}`,
    metadata: { accountId, actor: ACTOR },
  });
  return { key, keyId, position };
}

/**
 * Takes a key back for ever; `changed` is false when it had been before. Refuses with
 * `api-key-not-found`.
 */
export async function revokeKey(
  store: EventStore,
  { accountId, keyId, reason }: { accountId: string; keyId: string; reason: string | null },
): Promise<{ readonly changed: boolean; readonly position: bigint }> {
  const { outcome, position } = await decideAndAppend(store, {
    stream: streamName('account', accountId),
    decider: account,
    command: { type: 'RevokeApiKey', keyId, reason },
    commandId: `revoke:${keyId}:${randomUUID()}`,
    metadata: { accountId, actor: ACTOR },
  });
  return { changed: outcome === 'appended', position };
}

/** The keys that these accounts ever had, in the order of issue: from the log itself, so none is missing. */
export async function listKeys(
  store: EventStore,
  accountIds: readonly string[],
  now = new Date(),
): Promise<readonly KeyOverview[]> {
  const streams = accountIds.map((id) => ({ stream: streamName('account', id) }));
  const histories = await store.readStreams(streams);
  return accountIds.flatMap((accountId) =>
    keysOf(accountId, histories.get(streamName('account', accountId)) ?? [], now),
  );
}

function keysOf(
  accountId: string,
  history: readonly RecordedEvent[],
  now: Date,
): readonly KeyOverview[] {
  const keys = new Map<string, KeyOverview>();
  for (const recorded of history) {
    const event = upcast(recorded);
    if (event.type === 'ApiKeyIssued') {
      const { keyHash: _, ...issued } = event.data;
      const isOver = issued.expiresAt !== null && new Date(issued.expiresAt) <= now;
      keys.set(issued.keyId, {
        accountId,
        ...issued,
        status: isOver ? 'expired' : 'active',
        issuedAt: recorded.recordedAt,
        revokedAt: null,
        reason: null,
      });
    }
    if (event.type === 'ApiKeyRevoked') {
      const { keyId, reason } = event.data;
      const issued = keys.get(keyId);
      if (issued === undefined) continue;
      keys.set(keyId, { ...issued, status: 'revoked', revokedAt: recorded.recordedAt, reason });
    }
  }
  return [...keys.values()];
}
