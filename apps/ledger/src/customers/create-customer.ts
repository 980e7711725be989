import { customer, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { customerIdOf } from '../edge/identity';
import type { Answer, RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { type CustomerResponse, toCustomer } from './customers.dto';

/**
 * Creates the customer with this external id, or returns the existing one.
 * Refuses with `invalid-external-id`, `invalid-description`.
 */
export class CreateCustomer extends Command<Answer<CustomerResponse>> {
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

  async execute({ context, request }: CreateCustomer): Promise<Answer<CustomerResponse>> {
    const { accountId } = context;
    const id = customerIdOf(accountId, request.externalId);
    const at = new Date().toISOString();
    return writeAs(
      this.store,
      context,
      streamName('customer', id),
      customer,
      { type: 'CreateCustomer', accountId, ...request, at },
      (state) => toCustomer(id, state),
      true,
    );
  }
}
