import { account, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer, RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';

/** Opens the account of the context; repeating it changes nothing. */
export class OpenAccount extends Command<Answer<{ readonly id: string }>> {
  constructor(
    readonly context: RequestContext,
    readonly name: string,
  ) {
    super();
  }
}

@CommandHandler(OpenAccount)
export class OpenAccountHandler implements ICommandHandler<OpenAccount> {
  constructor(private readonly store: EventStore) {}

  async execute({ context, name }: OpenAccount): Promise<Answer<{ readonly id: string }>> {
    const { accountId: id } = context;
    const command = { type: 'OpenAccount', name, policy: { screening: false } } as const;
    return writeAs(this.store, context, streamName('account', id), account, command, () => ({
      id,
    }));
  }
}
