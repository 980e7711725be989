import { type Act, DomainError, purse, streamName } from '@daybook/domain';
import { EventStore, loadStates } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { type Answer, CallerCommand } from '../edge/request-context';
import { isAddressHeld, writePurse } from './change-purse';
import { PurseAddresses } from './purse-addresses';
import type { Purse } from './purse-resource';

/**
 * Gives a purse of any account an address of its own, if it was given that of another one. Refuses with
 * `purse-not-found` and with what the domain refuses.
 */
export class AssignAddress extends CallerCommand<Act & { readonly purseId: string }, Purse> {}

@CommandHandler(AssignAddress)
export class AssignAddressHandler implements ICommandHandler<AssignAddress> {
  constructor(
    private readonly store: EventStore,
    private readonly addresses: PurseAddresses,
    private readonly dataSource: DataSource,
  ) {}

  async execute({ context, request }: AssignAddress): Promise<Answer<Purse>> {
    const { purseId, reason, reference } = request;
    const stream = streamName('purse', purseId);
    const known = (await loadStates(this.store, purse, [stream])).get(stream);
    if (known === undefined || known.status === 'absent') {
      throw new DomainError('purse-not-found', 'There is no purse with this id.');
    }
    const { accountId, family } = known;
    const isHeld = await isAddressHeld(this.dataSource, purseId);
    const { address, derivation } = isHeld ? await this.addresses.next(family) : known;
    const at = new Date().toISOString();
    const place = { accountId, address, derivation, at, facts: { isHeld } };
    const command = { type: 'AssignAddress', reason, reference, ...place } as const;
    return writePurse(this.store, { ...context, accountId }, purseId, command);
  }
}
