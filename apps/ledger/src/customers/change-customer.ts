import type { json } from '@daybook/contracts';
import { type CustomerCommand, customer, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Answer, CallerCommand, type RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { toCustomer } from './customers.dto';

/**
 * Changes the description of a customer, or blocks or unblocks the customer. While a customer is blocked,
 * receipts are credited to the account. Refuses with `customer-not-found`, `invalid-description`,
 * `invalid-reason`.
 */
export class ChangeCustomer extends CallerCommand<
  { readonly customerId: string; readonly change: CustomerChange },
  json.Customer
> {}

type CustomerChange =
  | { readonly type: 'UpdateCustomer'; readonly description: string | null }
  | { readonly type: 'BlockCustomer' | 'UnblockCustomer'; readonly reason: string };

@CommandHandler(ChangeCustomer)
export class ChangeCustomerHandler implements ICommandHandler<ChangeCustomer> {
  constructor(private readonly store: EventStore) {}

  execute({ context, request }: ChangeCustomer): Promise<Answer<json.Customer>> {
    const { customerId, change } = request;
    const command = { ...change, accountId: context.accountId };
    return writeCustomer(this.store, context, customerId, command);
  }
}

export function writeCustomer(
  store: EventStore,
  context: RequestContext,
  id: string,
  command: CustomerCommand,
  likelyNew = false,
): Promise<Answer<json.Customer>> {
  const stream = streamName('customer', id);
  const toResource = (state: Parameters<typeof toCustomer>[1]) => toCustomer(id, state);
  return writeAs(store, context, stream, customer, command, toResource, likelyNew);
}
