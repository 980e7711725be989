import { account, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import {
  Command,
  CommandHandler,
  type ICommandHandler,
  type IQueryHandler,
  Query,
  QueryHandler,
} from '@nestjs/cqrs';
import { hashApiKey, newApiKey, parseApiKey } from '../edge/api-key';
import { keysIn, writeKey } from '../edge/key-history';
import type { ApiKeyResponse, IssuedApiKeyResponse } from '../edge/keys.dto';
import type { Answer, RequestContext } from '../edge/request-context';

export interface NewAccountKey {
  readonly scopes: readonly string[];
  readonly name?: string | undefined;
  /** RFC 3339. */
  readonly expiresAt?: string | undefined;
  /** The key to issue; a new one when left out. */
  readonly key?: string;
}

/**
 * Issues a key of the context's account. The answer has the key itself the first time only. Refuses with
 * `account-not-found`, `api-key-exists`.
 */
export class IssueApiKey extends Command<Answer<IssuedApiKeyResponse>> {
  constructor(
    readonly context: RequestContext,
    readonly request: NewAccountKey,
  ) {
    super();
  }
}

@CommandHandler(IssueApiKey)
export class IssueApiKeyHandler implements ICommandHandler<IssueApiKey> {
  constructor(private readonly store: EventStore) {}

  async execute({ context, request }: IssueApiKey): Promise<Answer<IssuedApiKeyResponse>> {
    const { scopes, name = null, expiresAt = null } = request;
    const key = request.key ?? newApiKey({ seed: context.commandId }).key;
    const { keyId } = parseApiKey(key);
    const stream = streamName('account', context.accountId);
    const answer = await writeKey(this.store, context, stream, account, {
      type: 'IssueApiKey',
      ...{ keyId, keyHash: hashApiKey(key), scopes, name, expiresAt },
    });
    const isNew = !answer.replayed && answer.outcome !== 'unchanged';
    return { ...answer, resource: { ...answer.resource, key: isNew ? key : null } };
  }
}

/** Revokes a key of the context's account for ever. Refuses with `api-key-not-found`. */
export class RevokeApiKey extends Command<Answer<ApiKeyResponse>> {
  constructor(
    readonly context: RequestContext,
    readonly keyId: string,
    readonly reason: string | null,
  ) {
    super();
  }
}

@CommandHandler(RevokeApiKey)
export class RevokeApiKeyHandler implements ICommandHandler<RevokeApiKey> {
  constructor(private readonly store: EventStore) {}

  async execute({ context, keyId, reason }: RevokeApiKey): Promise<Answer<ApiKeyResponse>> {
    const stream = streamName('account', context.accountId);
    const command = { type: 'RevokeApiKey', keyId, reason } as const;
    return writeKey(this.store, context, stream, account, command);
  }
}

/** The keys that an account ever had, in the order of issue; null for an account that was never opened. */
export class ListApiKeys extends Query<readonly ApiKeyResponse[] | null> {
  constructor(readonly accountId: string) {
    super();
  }
}

@QueryHandler(ListApiKeys)
export class ListApiKeysHandler implements IQueryHandler<ListApiKeys> {
  constructor(private readonly store: EventStore) {}

  async execute({ accountId }: ListApiKeys): Promise<readonly ApiKeyResponse[] | null> {
    const history = await this.store.readStream(streamName('account', accountId));
    return history.length === 0 ? null : keysIn(history);
  }
}
