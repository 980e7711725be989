import { customer, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer, RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { type Customer, customerResource } from './customer-resource';

/** Changes the description. Refuses with `customer-not-found`, `invalid-description`. */
export class UpdateCustomer extends Command<Answer<Customer>> {
  constructor(
    readonly context: RequestContext,
    readonly customerId: string,
    readonly description: string | null,
  ) {
    super();
  }
}

@CommandHandler(UpdateCustomer)
export class UpdateCustomerHandler implements ICommandHandler<UpdateCustomer> {
  constructor(private readonly store: EventStore) {}

  async execute({ context, customerId, description }: UpdateCustomer): Promise<Answer<Customer>> {
    return writeAs(
      this.store,
      context,
      streamName('customer', customerId),
      customer,
      { type: 'UpdateCustomer', accountId: context.accountId, description },
      (state) => customerResource(customerId, state),
    );
  }
}
