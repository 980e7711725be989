import type { json } from '@daybook/contracts';
import { type CustomerCommand, customer, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Answer, CallerCommand, type RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { toCustomer } from './customers.dto';

/**
 * Changes a customer of the caller's account by one of the domain's commands, such as `BlockCustomer`. While a
 * customer is blocked, receipts are credited to the account. Refuses with `customer-not-found` and with the
 * codes of the domain's command.
 */
export class ChangeCustomer extends CallerCommand<
  { readonly customerId: string; readonly change: CustomerChange },
  json.Customer
> {}

type CustomerChange = WithoutAccount<Exclude<CustomerCommand, { type: 'CreateCustomer' }>>;
type WithoutAccount<Command> = Command extends unknown ? Omit<Command, 'accountId'> : never;

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
