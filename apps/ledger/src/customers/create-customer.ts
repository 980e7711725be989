import { customer, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { customerIdOf } from '../edge/identity';
import type { Answer, RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { type Customer, customerResource } from './customer-resource';

/**
 * Creates the account's customer with this external id, or returns the one who exists.
 * Refuses with `invalid-external-id`, `invalid-description`.
 */
export class CreateCustomer extends Command<Answer<Customer>> {
  constructor(
    readonly context: RequestContext,
    readonly request: { readonly externalId: string; readonly description: string | null },
  ) {
    super();
  }
}

@CommandHandler(CreateCustomer)
export class CreateCustomerHandler implements ICommandHandler<CreateCustomer> {
  constructor(private readonly store: EventStore) {}

  async execute({ context, request }: CreateCustomer): Promise<Answer<Customer>> {
    const { accountId } = context;
    const id = customerIdOf(accountId, request.externalId);
    const at = new Date().toISOString();
    return writeAs(
      this.store,
      context,
      streamName('customer', id),
      customer,
      { type: 'CreateCustomer', accountId, ...request, at },
      (state) => customerResource(id, state),
      true,
    );
  }
}
