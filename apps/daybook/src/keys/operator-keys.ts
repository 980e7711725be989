import type { EventStore } from '@daybook/event-store';
import { operatorIdOf } from '../../../ledger/src/edge/identity';
import type { IssueKeyRequest } from '../../../ledger/src/edge/keys.dto';
import { systemContext } from '../../../ledger/src/edge/request-context';
import {
  AddOperator,
  AddOperatorHandler,
  IssueOperatorKey,
  IssueOperatorKeyHandler,
  ListOperatorKeys,
  ListOperatorKeysHandler,
  RevokeOperatorKey,
  RevokeOperatorKeyHandler,
} from '../../../ledger/src/operations/operators';
import { Failure } from '../cli/exit-codes';

/**
 * An operator's keys in the event log. No key and no running ledger is needed, so that the first
 * operator, or one who lost a key, can get one.
 */
export function operatorOwner(store: EventStore, operator: string) {
  const operatorId = operatorIdOf(operator);
  const context = (reason: string) => ({ ...systemContext(''), reason });
  return {
    ...{ accountId: null, operator },
    async list() {
      const query = new ListOperatorKeys(operatorId);
      const keys = await new ListOperatorKeysHandler(store).execute(query);
      if (keys === null) throw new Failure(`There is no operator ${operator}.`);
      return keys;
    },
    async issue({ reason, ...request }: IssueKeyRequest & { readonly scopes: readonly string[] }) {
      await new AddOperatorHandler(store).execute(new AddOperator(context(reason), operator));
      const command = new IssueOperatorKey(context(reason), { operatorId, ...request });
      const { resource, position } = await new IssueOperatorKeyHandler(store).execute(command);
      return { ...resource, position: String(position) };
    },
    async revoke(keyId: string, reason: string) {
      const command = new RevokeOperatorKey(context(reason), operatorId, keyId, reason);
      const { position } = await new RevokeOperatorKeyHandler(store).execute(command);
      return { position: String(position) };
    },
  };
}
