import type { ArchiveReason } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer, RequestContext } from '../edge/request-context';
import { type Purse } from './purse-resource';
import { writePurse } from './write-purse';

/**
 * Takes a purse out of use. It is watched for ever: what still arrives is held in suspense.
 * Refuses with `purse-not-found`.
 */
export class ArchivePurse extends Command<Answer<Purse>> {
  constructor(
    readonly context: RequestContext,
    readonly purseId: string,
    readonly reason: ArchiveReason,
  ) {
    super();
  }
}

@CommandHandler(ArchivePurse)
export class ArchivePurseHandler implements ICommandHandler<ArchivePurse> {
  constructor(private readonly store: EventStore) {}

  execute({ context, purseId, reason }: ArchivePurse): Promise<Answer<Purse>> {
    const { accountId } = context;
    return writePurse(this.store, context, purseId, { type: 'ArchivePurse', accountId, reason });
  }
}
