import { displayAddress } from '@daybook/chains';
import { type ArchiveReason, purse, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer, RequestContext } from '../edge/request-context';
import { type Purse, purseResource } from '../edge/resources';
import { writeAs } from '../edge/write-as';
import { mintPositionOf } from './mint-position';

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

  async execute({ context, purseId, reason }: ArchivePurse): Promise<Answer<Purse>> {
    const stream = streamName('purse', purseId);
    const { resource, ...answer } = await writeAs(
      this.store,
      context,
      stream,
      purse,
      { type: 'ArchivePurse', accountId: context.accountId, reason },
      (state) => state,
    );
    const mintPosition = await mintPositionOf(this.store, stream);
    return { ...answer, resource: purseResource(purseId, resource, displayAddress, mintPosition) };
  }
}
