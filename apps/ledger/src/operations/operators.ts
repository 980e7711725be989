import { operator, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import {
  Command,
  CommandHandler,
  type ICommandHandler,
  type IQueryHandler,
  Query,
  QueryHandler,
} from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { hashApiKey, newApiKey, parseApiKey } from '../edge/api-key';
import { operatorIdOf } from '../edge/identity';
import { keysIn, writeKey } from '../edge/key-history';
import type { ApiKeyResponse, IssuedApiKeyResponse } from '../edge/keys.dto';
import type { Answer, RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { OperatorRow } from './operator.row';

export interface Operator {
  readonly id: string;
  readonly name: string;
}

/** Adds the operator with this name, or returns the one who exists. */
export class AddOperator extends Command<Answer<Operator>> {
  constructor(
    readonly context: RequestContext,
    readonly name: string,
  ) {
    super();
  }
}

@CommandHandler(AddOperator)
export class AddOperatorHandler implements ICommandHandler<AddOperator> {
  constructor(private readonly store: EventStore) {}

  async execute({ context, name }: AddOperator): Promise<Answer<Operator>> {
    const id = operatorIdOf(name);
    const command = { type: 'AddOperator', name } as const;
    const stream = streamName('operator', id);
    return writeAs(this.store, context, stream, operator, command, (state) => ({
      id,
      name: state.name,
    }));
  }
}

export interface NewOperatorKey {
  readonly operatorId: string;
  readonly scopes: readonly string[];
  readonly name?: string | undefined;
  /** RFC 3339. */
  readonly expiresAt?: string | undefined;
  /** The key to issue; a new one when left out. */
  readonly key?: string;
}

/**
 * Issues a key of an operator. The answer has the key itself the first time only. Refuses with
 * `operator-not-found`, `api-key-exists`.
 */
export class IssueOperatorKey extends Command<Answer<IssuedApiKeyResponse>> {
  constructor(
    readonly context: RequestContext,
    readonly request: NewOperatorKey,
  ) {
    super();
  }
}

@CommandHandler(IssueOperatorKey)
export class IssueOperatorKeyHandler implements ICommandHandler<IssueOperatorKey> {
  constructor(private readonly store: EventStore) {}

  async execute({ context, request }: IssueOperatorKey): Promise<Answer<IssuedApiKeyResponse>> {
    const { operatorId, scopes, name = null, expiresAt = null } = request;
    const key = request.key ?? newApiKey({ kind: 'operator', seed: context.commandId }).key;
    const { keyId } = parseApiKey(key);
    const stream = streamName('operator', operatorId);
    const answer = await writeKey(this.store, context, stream, operator, {
      type: 'IssueOperatorKey',
      ...{ keyId, keyHash: hashApiKey(key), scopes, name, expiresAt },
    });
    const isNew = !answer.replayed && answer.outcome !== 'unchanged';
    return { ...answer, resource: { ...answer.resource, key: isNew ? key : null } };
  }
}

/** Revokes a key of an operator for ever. Refuses with `operator-not-found`, `api-key-not-found`. */
export class RevokeOperatorKey extends Command<Answer<ApiKeyResponse>> {
  constructor(
    readonly context: RequestContext,
    readonly operatorId: string,
    readonly keyId: string,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(RevokeOperatorKey)
export class RevokeOperatorKeyHandler implements ICommandHandler<RevokeOperatorKey> {
  constructor(private readonly store: EventStore) {}

  async execute(request: RevokeOperatorKey): Promise<Answer<ApiKeyResponse>> {
    const { context, operatorId, keyId, reason } = request;
    const command = { type: 'RevokeOperatorKey', keyId, reason } as const;
    return writeKey(this.store, context, streamName('operator', operatorId), operator, command);
  }
}

/** Every operator, by name. */
export class ListOperators extends Query<readonly Operator[]> {}

@QueryHandler(ListOperators)
export class ListOperatorsHandler implements IQueryHandler<ListOperators> {
  constructor(private readonly dataSource: DataSource) {}

  async execute(): Promise<readonly Operator[]> {
    return this.dataSource.getRepository(OperatorRow).find({ order: { name: 'ASC' } });
  }
}

/** The keys that an operator ever had, in the order of issue; null for one who was never added. */
export class ListOperatorKeys extends Query<readonly ApiKeyResponse[] | null> {
  constructor(readonly operatorId: string) {
    super();
  }
}

@QueryHandler(ListOperatorKeys)
export class ListOperatorKeysHandler implements IQueryHandler<ListOperatorKeys> {
  constructor(private readonly store: EventStore) {}

  async execute({ operatorId }: ListOperatorKeys): Promise<readonly ApiKeyResponse[] | null> {
    const history = await this.store.readStream(streamName('operator', operatorId));
    return history.length === 0 ? null : keysIn(history);
  }
}
