import type { json } from '@daybook/contracts';
import { type CustomerCommand, customer, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Answer, CallerCommand, type RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { LookupKeys } from '../vault/lookup-keys';
import { type GivenProfile, givenProfile } from './customer-profile';
import { toCustomer } from './customers.dto';

/**
 * Changes a customer of the caller's account by one of the domain's commands, such as `BlockCustomer`. While a
 * customer is blocked, receipts are credited to the account. Refuses with `customer-not-found`, `customer-erased`
 * and with the codes of the domain's command.
 */
export class ChangeCustomer extends CallerCommand<
  { readonly customerId: string; readonly change: CustomerChange },
  json.Customer
> {}

type CustomerChange =
  | { readonly type: 'UpdateCustomer'; readonly profile: GivenProfile }
  | { readonly type: 'BlockCustomer' | 'UnblockCustomer'; readonly reason: string };

@CommandHandler(ChangeCustomer)
export class ChangeCustomerHandler implements ICommandHandler<ChangeCustomer> {
  constructor(
    private readonly store: EventStore,
    private readonly lookups: LookupKeys,
  ) {}

  execute({ context, request }: ChangeCustomer): Promise<Answer<json.Customer>> {
    const { customerId, change } = request;
    const { accountId } = context;
    const command =
      change.type === 'UpdateCustomer'
        ? { type: change.type, ...givenProfile(this.lookups, accountId, change.profile) }
        : change;
    return writeCustomer(this.store, context, customerId, { ...command, accountId });
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
