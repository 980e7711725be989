import type { json } from '@daybook/contracts';
import { EventStore } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Answer, CallerCommand } from '../edge/request-context';
import { Vault } from '../vault/vault';
import { writeCustomer } from './change-customer';

/**
 * Erases the personal data of a customer for ever: the key that opens it is deleted before the answer. If the process
 * stops between the event and the deletion, the next start of any process deletes it (`applyErasures`), and so does a
 * repeat. Refuses with `customer-not-found`, `invalid-reason`.
 */
export class EraseCustomer extends CallerCommand<
  { readonly customerId: string; readonly reason: string },
  json.Customer
> {}

@CommandHandler(EraseCustomer)
export class EraseCustomerHandler implements ICommandHandler<EraseCustomer> {
  constructor(
    private readonly store: EventStore,
    private readonly vault: Vault,
  ) {}

  async execute({ context, request }: EraseCustomer): Promise<Answer<json.Customer>> {
    const { customerId, reason } = request;
    const { accountId } = context;
    const at = new Date().toISOString();
    const command = { type: 'EraseCustomer', accountId, reason, at } as const;
    const answer = await writeCustomer(this.store, context, customerId, command);
    await this.vault.erase([{ customerId, accountId, erasedAt: at }]);
    return answer;
  }
}
