import { DEFAULT_ACCOUNT_ID, operatorIdOf } from '../../../ledger/src/edge/identity';
import {
  IssueApiKey,
  IssueApiKeyHandler,
  ListApiKeys,
  ListApiKeysHandler,
  RevokeApiKey,
  RevokeApiKeyHandler,
} from '../../../ledger/src/edge/keys';
import type { ApiKeyResponse } from '../../../ledger/src/edge/keys.dto';
import { type Answer, systemContext } from '../../../ledger/src/edge/request-context';
import { AddOperator, AddOperatorHandler } from '../../../ledger/src/operations/operators';
import { Failure } from '../cli/exit-codes';
import type { List } from '../cli/ledger-api';
import type { Operation } from '../cli/operate';

export interface KeyRequest {
  readonly scopes: readonly string[];
  readonly name?: string;
  /** RFC 3339. */
  readonly expiresAt?: string;
  readonly reason: string;
}

export interface IssuedKey {
  readonly key: string;
  readonly keyId: string;
  readonly position: string;
}

/** An account or an operator, and its keys. */
export interface KeyOwner {
  /** Null for an operator. */
  readonly accountId: string | null;
  /** The name of the operator; null for an account. */
  readonly operator: string | null;
  list(): Promise<readonly ApiKeyResponse[]>;
  issue(request: KeyRequest): Promise<IssuedKey>;
  /** Resolves to the position of the act. */
  revoke(keyId: string, reason: string): Promise<string>;
}

/** The accounts that a command may be about: the one that is named, else all of them, the default one first. */
export async function accountOwners(
  operation: Operation,
  named: string | undefined,
): Promise<readonly KeyOwner[]> {
  if (named !== undefined) return [accountOwner(operation, named)];
  const { data } = await operation.api.get<List<{ readonly id: string }>>('/v1/accounts');
  const ids = new Set([DEFAULT_ACCOUNT_ID, ...data.map(({ id }) => id)]);
  return [...ids].map((id) => accountOwner(operation, id));
}

/** An account's keys, through the ledger. */
export function accountOwner({ api }: Operation, accountId = DEFAULT_ACCOUNT_ID): KeyOwner {
  const keys = `/v1/accounts/${accountId}/keys`;
  return {
    ...{ accountId, operator: null },
    list: async () => (await api.get<List<ApiKeyResponse>>(keys)).data,
    issue: (request) => api.post<IssuedKey>(keys, request),
    async revoke(keyId, reason) {
      const path = `${keys}/${encodeURIComponent(keyId)}/revoke`;
      return (await api.post<{ readonly position: string }>(path, { reason })).position;
    },
  };
}

/**
 * An operator's keys, through the event store: so the first operator, or one who lost the key, gets one
 * without a key and without a running ledger.
 */
export function operatorOwner({ store }: Operation, operator: string): KeyOwner {
  const owner = { kind: 'operator', id: operatorIdOf(operator) } as const;
  const context = (reason: string) => ({ ...systemContext(''), reason });
  return {
    ...{ accountId: null, operator },
    async list() {
      const keys = await new ListApiKeysHandler(await store()).execute(new ListApiKeys(owner));
      if (keys === null) throw new Failure(`There is no operator ${operator}.`);
      return keys;
    },
    async issue({ reason, ...request }) {
      const events = await store();
      const add = new AddOperator(context(reason), { name: operator });
      await new AddOperatorHandler(events).execute(add);
      const issue = new IssueApiKey(context(reason), { owner, ...request });
      return issuedKey(await new IssueApiKeyHandler(events).execute(issue));
    },
    async revoke(keyId, reason) {
      const revoke = new RevokeApiKey(context(reason), { owner, keyId, reason });
      return String((await new RevokeApiKeyHandler(await store()).execute(revoke)).position);
    },
  };
}

function issuedKey({
  resource: { key, keyId },
  position,
}: Answer<{ readonly key: string | null; readonly keyId: string }>): IssuedKey {
  if (key === null) throw new Error('A new key was issued without the key.');
  return { key, keyId, position: String(position) };
}
