import { userInfo } from 'node:os';
import type { EventStore } from '@daybook/event-store';
import { operatorIdOf } from '../../../ledger/src/edge/identity';
import {
  IssueApiKey,
  IssueApiKeyHandler,
  RevokeApiKey,
  RevokeApiKeyHandler,
} from '../../../ledger/src/edge/keys';
import type { IssueKeyRequest } from '../../../ledger/src/edge/keys.dto';
import { ListApiKeys, ListApiKeysHandler } from '../../../ledger/src/edge/keys-in-log';
import { systemContext } from '../../../ledger/src/edge/request-context';
import { AddOperator, AddOperatorHandler } from '../../../ledger/src/operations/operators';
import { Failure } from '../cli/exit-codes';

/**
 * An operator's keys in the event log. No key and no running ledger is needed, so that the first
 * operator, or one who lost a key, can get one. The event log names the user of this machine as the actor.
 */
export function operatorOwner(store: EventStore, operator: string) {
  const owner = { kind: 'operator', id: operatorIdOf(operator) } as const;
  const actor = `host:${userInfo().username}`;
  const context = (reason: string) => ({ ...systemContext(''), actor, reason });
  return {
    ...{ accountId: null, operator },
    async list() {
      const keys = await new ListApiKeysHandler(store).execute(new ListApiKeys(owner));
      if (keys === null) throw new Failure(`There is no operator ${operator}.`);
      return keys;
    },
    async issue({ reason, ...request }: IssueKeyRequest & { readonly scopes: readonly string[] }) {
      const add = new AddOperator(context(reason), { name: operator });
      await new AddOperatorHandler(store).execute(add);
      const issue = new IssueApiKey(context(reason), { owner, ...request });
      const { resource, position } = await new IssueApiKeyHandler(store).execute(issue);
      return { ...resource, position: String(position) };
    },
    async revoke(keyId: string, reason: string) {
      const revoke = new RevokeApiKey(context(reason), { owner, keyId, reason });
      const { resource, position } = await new RevokeApiKeyHandler(store).execute(revoke);
      return { position: String(position), inEffect: resource.inEffect };
    },
  };
}
