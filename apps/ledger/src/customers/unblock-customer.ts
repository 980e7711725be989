import { customer, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer, RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { type Customer, customerResource } from './customer-resource';

/** Unblocks: from now on receipts are credited to the customer again. Refuses with `customer-not-found`, `invalid-reason`. */
export class UnblockCustomer extends Command<Answer<Customer>> {
  constructor(
    readonly context: RequestContext,
    readonly customerId: string,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(UnblockCustomer)
export class UnblockCustomerHandler implements ICommandHandler<UnblockCustomer> {
  constructor(private readonly store: EventStore) {}

  async execute({ context, customerId, reason }: UnblockCustomer): Promise<Answer<Customer>> {
    return writeAs(
      this.store,
      context,
      streamName('customer', customerId),
      customer,
      { type: 'UnblockCustomer', accountId: context.accountId, reason },
      (state) => customerResource(customerId, state),
    );
  }
}
