import { customer, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer, RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { type Customer, customerResource } from './customer-resource';

/** Blocks: from now on receipts are credited to the account. Refuses with `customer-not-found`, `invalid-reason`. */
export class BlockCustomer extends Command<Answer<Customer>> {
  constructor(
    readonly context: RequestContext,
    readonly customerId: string,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(BlockCustomer)
export class BlockCustomerHandler implements ICommandHandler<BlockCustomer> {
  constructor(private readonly store: EventStore) {}

  async execute({ context, customerId, reason }: BlockCustomer): Promise<Answer<Customer>> {
    return writeAs(
      this.store,
      context,
      streamName('customer', customerId),
      customer,
      { type: 'BlockCustomer', accountId: context.accountId, reason },
      (state) => customerResource(customerId, state),
    );
  }
}
