import { type Act, DomainError, purse, streamName } from '@daybook/domain';
import { EventStore, loadStates } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Answer, CallerCommand } from '../edge/request-context';
import { writePurse } from './change-purse';
import type { Purse } from './purse-resource';

/**
 * What an operator decides about a purse of any account: that it belongs to its customer, where the event log lost the
 * owner, or that its customer may have a new address, where it was declined. Refuses with `purse-not-found` and with
 * what the domain refuses.
 */
export class ActOnPurse extends CallerCommand<
  Act & { readonly purseId: string; readonly type: 'ConfirmOwner' | 'AllowReplacement' },
  Purse
> {}

@CommandHandler(ActOnPurse)
export class ActOnPurseHandler implements ICommandHandler<ActOnPurse> {
  constructor(private readonly store: EventStore) {}

  async execute({ context, request }: ActOnPurse): Promise<Answer<Purse>> {
    const { type, purseId, reason, reference } = request;
    const stream = streamName('purse', purseId);
    const known = (await loadStates(this.store, purse, [stream])).get(stream);
    if (known === undefined || known.status === 'absent') {
      throw new DomainError('purse-not-found', 'There is no purse with this id.');
    }
    const { accountId } = known;
    const command = { type, accountId, reason, reference };
    return writePurse(this.store, { ...context, accountId }, purseId, command);
  }
}
