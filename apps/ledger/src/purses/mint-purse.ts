import {
  customer,
  customerErased,
  DomainError,
  type Family,
  type PurseOwner,
  purse,
  streamName,
} from '@daybook/domain';
import { EventStore, loadStates } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { purseIdOf } from '../edge/identity';
import { type Answer, CallerCommand } from '../edge/request-context';
import { isAddressHeld, writePurse } from './change-purse';
import { type PurseAddress, PurseAddresses } from './purse-addresses';
import type { Purse } from './purse-resource';

/**
 * Gives a customer a permanent address on a family of chains, or returns the existing purse.
 * Refuses with `customer-not-found`, `customer-erased`, `family-not-available`, `purse-declined`, `address-conflict`.
 */
export class MintPurse extends CallerCommand<
  {
    readonly customerId: string;
    readonly family: Family;
    readonly outsideOrderId: string | null;
    /** As the same request has just written it. Otherwise it is read. */
    readonly owner?: PurseOwner;
  },
  Purse
> {}

@CommandHandler(MintPurse)
export class MintPurseHandler implements ICommandHandler<MintPurse> {
  constructor(
    private readonly store: EventStore,
    private readonly addresses: PurseAddresses,
    private readonly dataSource: DataSource,
  ) {}

  async execute({ context, request }: MintPurse): Promise<Answer<Purse>> {
    const { accountId } = context;
    const { owner: written, ...minted } = request;
    const { customerId, family } = minted;
    const id = purseIdOf(accountId, customerId, family);
    const [ownerStream, stream] = [streamName('customer', customerId), streamName('purse', id)];
    const [owners, purses] = await Promise.all([
      loadStates(this.store, customer, written === undefined ? [ownerStream] : []),
      loadStates(this.store, purse, [stream]),
    ]);
    const owner = written ?? owners.get(ownerStream) ?? customer.initialState;
    const existing = purses.get(stream) ?? purse.initialState;
    // Checked before an address is derived, so that a refused request leaves no gap.
    if (owner.status === 'absent' || owner.accountId !== accountId) {
      throw new DomainError('customer-not-found', 'There is no customer with this id.');
    }
    if (owner.status === 'erased') throw customerErased();
    const isNew = existing.status === 'absent';
    if (!isNew && (await isAddressHeld(this.dataSource, id))) {
      throw new DomainError(
        'address-conflict',
        'The purse was given the address of another one. Ask the operator to give it one of its own.',
      );
    }
    // The owner may be blocked between this read and the append. That is no reason to refuse a mint, so
    // the race has no effect.
    const at = new Date().toISOString();
    const given = { type: 'MintPurse', ...minted, accountId, at, facts: { owner } } as const;
    const mint = ({ address, derivation }: PurseAddress) =>
      writePurse(this.store, context, id, { ...given, address, derivation }, isNew);
    return isNew ? this.addresses.tryFor(id, family, mint) : mint(existing);
  }
}
