import { account, type PurseExpiry, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer, RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import type { AccountResource } from './list-accounts';

/**
 * Changes after how many days the purses of the account `context.accountId` expire. Purses that exist
 * are looked at again. Refuses with `account-not-found`, `invalid-expiry`, `invalid-reason`.
 */
export class ChangeAccountPolicy extends Command<Answer<AccountResource>> {
  constructor(
    readonly context: RequestContext,
    readonly request: { readonly purseExpiry: PurseExpiry; readonly reason: string },
  ) {
    super();
  }
}

@CommandHandler(ChangeAccountPolicy)
export class ChangeAccountPolicyHandler implements ICommandHandler<ChangeAccountPolicy> {
  constructor(private readonly store: EventStore) {}

  execute({ context, request }: ChangeAccountPolicy): Promise<Answer<AccountResource>> {
    const { accountId } = context;
    return writeAs(
      this.store,
      context,
      streamName('account', accountId),
      account,
      { type: 'ChangeAccountPolicy', ...request },
      ({ name, policy }) => ({ id: accountId, name, purseExpiry: policy.purseExpiry }),
    );
  }
}
