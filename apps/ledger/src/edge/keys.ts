import type { json } from '@daybook/contracts';
import {
  account,
  DomainError,
  type EventsOf,
  type OperatorCommand,
  operator,
  streamName,
  upcast,
} from '@daybook/domain';
import { EventStore, type RecordedEvent } from '@daybook/event-store';
import { Optional } from '@nestjs/common';
import {
  CommandHandler,
  type ICommandHandler,
  type IQueryHandler,
  Query,
  QueryHandler,
} from '@nestjs/cqrs';
import { hashApiKey, isApiKey, newApiKey, parseApiKey } from './api-key';
import { ApiKeys, type KeyOwner } from './api-keys';
import { found } from './problem';
import { type Answer, CallerCommand, type RequestContext } from './request-context';
import { writeAs } from './write-as';

// The keys of accounts and of operators: one mechanism for both.

interface NewApiKey {
  readonly owner: KeyOwner;
  readonly scopes: readonly string[];
  readonly name?: string | undefined;
  /** RFC 3339. */
  readonly expiresAt?: string | undefined;
  /** The key to issue; a new one when left out. */
  readonly key?: string;
}

/**
 * Issues a key. The answer has the key itself the first time only. Refuses with `account-not-found` or
 * `operator-not-found`, and `api-key-exists`.
 */
export class IssueApiKey extends CallerCommand<NewApiKey, json.IssuedApiKey> {}

@CommandHandler(IssueApiKey)
export class IssueApiKeyHandler implements ICommandHandler<IssueApiKey> {
  /** Without `keys` a key is not compared with those of other owners: enough for a random one. */
  constructor(
    private readonly store: EventStore,
    @Optional() private readonly keys?: ApiKeys,
  ) {}

  async execute({ context, request }: IssueApiKey): Promise<Answer<json.IssuedApiKey>> {
    const { owner, scopes, name = null, expiresAt = null } = request;
    const { kind } = owner;
    const key = request.key ?? newApiKey({ kind, seed: context.commandId }).key;
    const parsed = parseApiKey(key);
    // The sentence never repeats the text, because it may be another secret.
    if (parsed?.kind !== kind) throw new Error(`This is not the key of an ${kind}.`);
    // Best effort, because the read model may be behind. A clash that it misses harms nobody else's key.
    const stored = (await this.keys?.find(parsed)) ?? [];
    if (stored.some(({ ownerId, keyHash }) => ownerId !== owner.id && isApiKey(key, keyHash))) {
      const right = `Another ${kind} has this very key, with the id ${parsed.keyId}; make a new key.`;
      throw new DomainError('api-key-exists', right);
    }
    const answer = await writeKey(this.store, context, owner, {
      type: 'IssueApiKey',
      ...{ keyId: parsed.keyId, keyHash: hashApiKey(key), scopes, name, expiresAt },
    });
    const isNew = !answer.replayed && answer.outcome !== 'unchanged';
    return { ...answer, resource: { ...answer.resource, key: isNew ? key : null } };
  }
}

/** Revokes a key for ever. Refuses with `operator-not-found`, `api-key-not-found`. */
export class RevokeApiKey extends CallerCommand<
  { readonly owner: KeyOwner; readonly keyId: string; readonly reason: string },
  json.ApiKey
> {}

@CommandHandler(RevokeApiKey)
export class RevokeApiKeyHandler implements ICommandHandler<RevokeApiKey> {
  constructor(private readonly store: EventStore) {}

  execute({ context, request }: RevokeApiKey): Promise<Answer<json.ApiKey>> {
    const { owner, keyId, reason } = request;
    return writeKey(this.store, context, owner, { type: 'RevokeApiKey', keyId, reason });
  }
}

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

/** Decides a command about a key, and answers with the key as the command left it, in the event log. */
async function writeKey(
  store: EventStore,
  context: RequestContext,
  { kind, id }: KeyOwner,
  command: Extract<OperatorCommand, { readonly keyId: string }>,
): Promise<Answer<json.ApiKey>> {
  const stream = streamName(kind, id);
  const answer =
    kind === 'account'
      ? await writeAs(store, context, stream, account, command, () => null)
      : await writeAs(store, context, stream, operator, command, () => null);
  const history = await store.readStream(stream);
  const keys = keysIn(history.filter(({ position }) => position <= answer.position));
  const key = keys.find(({ keyId }) => keyId === command.keyId) ?? null;
  return { ...answer, resource: found(key, 'api-key-not-found') };
}

/** The keys of an account or operator in the order of issue. Read from the event log, so none is missing. */
function keysIn(history: readonly RecordedEvent[]): readonly json.ApiKey[] {
  const keys = new Map<string, json.ApiKey>();
  for (const recorded of history) {
    // The stream has events of these kinds only.
    const event = upcast(recorded) as EventsOf[KeyOwner['kind']];
    const key = keyAfter(event, recorded.recordedAt, keys);
    if (key !== null) keys.set(key.keyId, key);
  }
  return [...keys.values()];
}

/** The key that an event issues or revokes; null if it concerns no key. */
function keyAfter(
  event: EventsOf[KeyOwner['kind']],
  recordedAt: string,
  keys: ReadonlyMap<string, json.ApiKey>,
): json.ApiKey | null {
  switch (event.type) {
    case 'ApiKeyIssued':
    case 'OperatorKeyIssued': {
      const { keyHash: _, ...issued } = event.data;
      const isExpired = issued.expiresAt !== null && Date.parse(issued.expiresAt) <= Date.now();
      const status = isExpired ? 'expired' : 'active';
      return { ...issued, status, issuedAt: recordedAt, revokedAt: null, reason: null };
    }
    case 'ApiKeyRevoked':
    case 'OperatorKeyRevoked': {
      const { keyId, reason } = event.data;
      const issued = keys.get(keyId) ?? null;
      return issued && { ...issued, status: 'revoked', revokedAt: recordedAt, reason };
    }
    case 'AccountOpened':
    case 'AccountPolicyChanged':
    case 'OperatorAdded':
    case 'ParkedKeyRetried':
      return null;
  }
}
