import { customer, DomainError, type Family, purse, streamName } from '@daybook/domain';
import { EventStore, loadStates } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { purseIdOf } from '../edge/identity';
import type { Answer, RequestContext } from '../edge/request-context';
import { PurseAddresses } from './purse-addresses';
import { type Purse } from './purse-resource';
import { writePurse } from './write-purse';

/**
 * Gives the customer a permanent address on a family of chains, or returns the one they have.
 * Refuses with `customer-not-found`, `family-not-available`.
 */
export class MintPurse extends Command<Answer<Purse>> {
  constructor(
    readonly context: RequestContext,
    readonly customerId: string,
    readonly request: { readonly family: Family; readonly outsideOrderId: string | null },
  ) {
    super();
  }
}

@CommandHandler(MintPurse)
export class MintPurseHandler implements ICommandHandler<MintPurse> {
  constructor(
    private readonly store: EventStore,
    private readonly addresses: PurseAddresses,
  ) {}

  async execute({ context, customerId, request }: MintPurse): Promise<Answer<Purse>> {
    const { accountId } = context;
    const { family, outsideOrderId } = request;
    const id = purseIdOf(accountId, customerId, family);
    const [ownerStream, stream] = [streamName('customer', customerId), streamName('purse', id)];
    const [owners, purses] = await Promise.all([
      loadStates(this.store, customer, [ownerStream]),
      loadStates(this.store, purse, [stream]),
    ]);
    const owner = owners.get(ownerStream) ?? customer.initialState;
    const existing = purses.get(stream) ?? purse.initialState;
    // Asked before an address is derived, so that a stranger's request does not use one up.
    if (owner.status === 'absent' || owner.accountId !== accountId) {
      throw new DomainError('customer-not-found', 'There is no customer with this id.');
    }
    const place = existing.status === 'absent' ? await this.addresses.next(family) : existing;
    const { address, derivation } = place;
    const at = new Date().toISOString();
    // The owner may be blocked between this read and the append: being blocked does not hinder a
    // mint, so the race has no effect.
    return writePurse(
      this.store,
      context,
      id,
      {
        type: 'MintPurse',
        accountId,
        customerId,
        family,
        address,
        derivation,
        outsideOrderId,
        at,
        facts: { owner },
      },
      existing.status === 'absent',
    );
  }
}
