import {
  type CustomerState,
  customer,
  DomainError,
  type Family,
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
 * Gives a customer a permanent address on a family of chains, or returns the existing purse of this reference.
 * Refuses with `customer-not-found`, `family-not-available`, `purse-declined`, `address-conflict`.
 */
export class MintPurse extends CallerCommand<
  {
    readonly customerId: string;
    readonly family: Family;
    readonly reference?: string | undefined;
    /** Absent keeps the one that the purse has, null clears it. */
    readonly outsideOrderId?: string | null | undefined;
    /** As the same request has just written it. Otherwise it is read. */
    readonly owner?: CustomerState;
    /** Whether the same request has created the customer, who cannot have another purse then. */
    readonly ownerIsNew?: boolean;
  },
  Purse
> {}

// The index is by customer, who has few purses.
const DECLINED = `
  SELECT FROM ledger.purse WHERE customer_id = $1 AND family = $2 AND status = 'declined'
     AND NOT replacement_allowed LIMIT 1`;

@CommandHandler(MintPurse)
export class MintPurseHandler implements ICommandHandler<MintPurse> {
  constructor(
    private readonly store: EventStore,
    private readonly addresses: PurseAddresses,
    private readonly dataSource: DataSource,
  ) {}

  async execute({ context, request }: MintPurse): Promise<Answer<Purse>> {
    const { accountId } = context;
    const { owner: written, ownerIsNew = false, ...minted } = request;
    const { customerId, family, reference } = minted;
    const id = purseIdOf(accountId, customerId, family, reference);
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
    const isNew = existing.status === 'absent';
    if (!isNew && (await isAddressHeld(this.dataSource, id))) {
      throw new DomainError(
        'address-conflict',
        'The purse was given the address of another one. Ask the operator to give it one of its own.',
      );
    }
    const hasDeclined = isNew && !ownerIsNew && (await this.hasDeclined(customerId, family));
    if (hasDeclined) {
      throw new DomainError(
        'purse-declined',
        'A purse of the customer was declined. The operator can allow a new address.',
      );
    }
    // The owner may be blocked between this read and the append. That is no reason to refuse a mint, so
    // the race has no effect.
    const at = new Date().toISOString();
    const facts = { owner, hasDeclined };
    const given = { type: 'MintPurse', ...minted, accountId, at, facts } as const;
    const mint = ({ address, derivation }: PurseAddress) =>
      writePurse(this.store, context, id, { ...given, address, derivation }, isNew);
    return isNew ? this.addresses.tryFor(id, family, mint) : mint(existing);
  }

  private async hasDeclined(customerId: string, family: Family): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(DECLINED, [customerId, family]);
    return rows.length > 0;
  }
}
