import { type AccountCommand, account, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Answer, CallerCommand } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import type { AccountResource } from './get-accounts';

type Change = 'OpenAccount' | 'CloseAccount' | 'ReopenAccount' | 'ChangeAccountPolicy';

/**
 * Opens, closes or reopens the account of the context, or changes its policy. What is so already stays as it is; a new
 * policy also applies to existing purses. Refuses with `account-not-found`, `invalid-expiry`, `invalid-policy`,
 * `invalid-reason`.
 */
export class ChangeAccount extends CallerCommand<
  Extract<AccountCommand, { type: Change }>,
  AccountResource
> {}

@CommandHandler(ChangeAccount)
export class ChangeAccountHandler implements ICommandHandler<ChangeAccount> {
  constructor(private readonly store: EventStore) {}

  execute({ context, request }: ChangeAccount): Promise<Answer<AccountResource>> {
    const { accountId: id } = context;
    const stream = streamName('account', id);
    return writeAs(this.store, context, stream, account, request, (state) => {
      const { name, status, preset, policy } = state;
      return { id, name, status, preset, policy };
    });
  }
}
