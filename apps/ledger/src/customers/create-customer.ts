import type { json } from '@daybook/contracts';
import { EventStore } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { customerIdOf } from '../edge/identity';
import { type Answer, CallerCommand } from '../edge/request-context';
import { writeCustomer } from './change-customer';

/**
 * Creates the customer with this external id, or returns the existing one.
 * Refuses with `invalid-external-id`, `invalid-description`.
 */
export class CreateCustomer extends CallerCommand<
  { readonly externalId: string; readonly description: string | null },
  json.Customer
> {}

@CommandHandler(CreateCustomer)
export class CreateCustomerHandler implements ICommandHandler<CreateCustomer> {
  constructor(private readonly store: EventStore) {}

  execute({ context, request }: CreateCustomer): Promise<Answer<json.Customer>> {
    const { accountId } = context;
    const at = new Date().toISOString();
    const command = { type: 'CreateCustomer', accountId, ...request, at } as const;
    return writeCustomer(
      this.store,
      context,
      customerIdOf(accountId, request.externalId),
      command,
      true,
    );
  }
}
