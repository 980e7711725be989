import { EventStore } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer, RequestContext } from '../edge/request-context';
import type { Purse } from './purse-resource';
import { writePurse } from './write-purse';

/**
 * Puts an archived purse back into use. Its period without a receipt starts anew; what is held in
 * suspense stays there. Refuses with `purse-not-found`, `purse-declined`.
 */
export class RestorePurse extends Command<Answer<Purse>> {
  constructor(
    readonly context: RequestContext,
    readonly purseId: string,
  ) {
    super();
  }
}

@CommandHandler(RestorePurse)
export class RestorePurseHandler implements ICommandHandler<RestorePurse> {
  constructor(private readonly store: EventStore) {}

  execute({ context, purseId }: RestorePurse): Promise<Answer<Purse>> {
    const { accountId } = context;
    return writePurse(this.store, context, purseId, { type: 'RestorePurse', accountId });
  }
}
