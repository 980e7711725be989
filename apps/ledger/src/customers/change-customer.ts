import { type CustomerCommand, customer, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { customerIdOf } from '../edge/identity';
import { type Answer, CallerCommand, type RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { type CustomerResponse, toCustomer } from './customers.dto';

/**
 * Creates the customer with this external id, or returns the existing one.
 * Refuses with `invalid-external-id`, `invalid-description`.
 */
export class CreateCustomer extends CallerCommand<
  { readonly externalId: string; readonly description: string | null },
  CustomerResponse
> {}

/**
 * Changes the description of a customer, or blocks or unblocks the customer. While a customer is blocked,
 * receipts are credited to the account. Refuses with `customer-not-found`, `invalid-description`,
 * `invalid-reason`.
 */
export class ChangeCustomer extends CallerCommand<
  { readonly customerId: string; readonly change: CustomerChange },
  CustomerResponse
> {}

type CustomerChange =
  | { readonly type: 'UpdateCustomer'; readonly description: string | null }
  | { readonly type: 'BlockCustomer' | 'UnblockCustomer'; readonly reason: string };

@CommandHandler(CreateCustomer)
export class CreateCustomerHandler implements ICommandHandler<CreateCustomer> {
  constructor(private readonly store: EventStore) {}

  execute({ context, request }: CreateCustomer): Promise<Answer<CustomerResponse>> {
    const { accountId } = context;
    const at = new Date().toISOString();
    const command = { type: 'CreateCustomer', accountId, ...request, at } as const;
    return write(this.store, context, customerIdOf(accountId, request.externalId), command, true);
  }
}

@CommandHandler(ChangeCustomer)
export class ChangeCustomerHandler implements ICommandHandler<ChangeCustomer> {
  constructor(private readonly store: EventStore) {}

  execute({ context, request }: ChangeCustomer): Promise<Answer<CustomerResponse>> {
    const { customerId, change } = request;
    const command = { ...change, accountId: context.accountId };
    return write(this.store, context, customerId, command);
  }
}

function write(
  store: EventStore,
  context: RequestContext,
  id: string,
  command: CustomerCommand,
  likelyNew = false,
): Promise<Answer<CustomerResponse>> {
  const stream = streamName('customer', id);
  const toResource = (state: Parameters<typeof toCustomer>[1]) => toCustomer(id, state);
  return writeAs(store, context, stream, customer, command, toResource, likelyNew);
}
