import { type Act, DomainError, purse, streamName } from '@daybook/domain';
import { EventStore, loadStates } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Answer, CallerCommand } from '../edge/request-context';
import { writePurse } from './change-purse';
import type { Purse } from './purse-resource';

/**
 * Confirms that a purse of any account, of which the event log lost the owner, belongs to its customer. Refuses with
 * `purse-not-found` and with what the domain refuses.
 */
export class ConfirmOwner extends CallerCommand<Act & { readonly purseId: string }, Purse> {}

@CommandHandler(ConfirmOwner)
export class ConfirmOwnerHandler implements ICommandHandler<ConfirmOwner> {
  constructor(private readonly store: EventStore) {}

  async execute({ context, request }: ConfirmOwner): Promise<Answer<Purse>> {
    const { purseId, reason, reference } = request;
    const stream = streamName('purse', purseId);
    const known = (await loadStates(this.store, purse, [stream])).get(stream);
    if (known === undefined || known.status === 'absent') {
      throw new DomainError('purse-not-found', 'There is no purse with this id.');
    }
    const { accountId } = known;
    const command = { type: 'ConfirmOwner', accountId, reason, reference } as const;
    return writePurse(this.store, { ...context, accountId }, purseId, command);
  }
}
