import { operator, type ParkedKeyName, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { DurableLog, type ParkedKey } from '@daybook/messaging';
import {
  CommandHandler,
  type ICommandHandler,
  type IQueryHandler,
  Query,
  QueryHandler,
} from '@nestjs/cqrs';
import { type Answer, CallerCommand } from '../edge/request-context';
import { writeAs } from '../edge/write-as';

/** The parked keys of every consumer group: by topic and group, the longest first. */
export class ListParkedKeys extends Query<readonly (ParkedKeyName & ParkedKey)[]> {}

@QueryHandler(ListParkedKeys)
export class ListParkedKeysHandler implements IQueryHandler<ListParkedKeys> {
  constructor(private readonly log: DurableLog) {}

  async execute(): Promise<readonly (ParkedKeyName & ParkedKey)[]> {
    const ofGroups = (await this.log.groups()).map(async ({ topic, group }) => {
      const keys = await this.log.parked(topic, group);
      return keys.map((parked) => ({ topic, group, ...parked }));
    });
    return (await Promise.all(ofGroups)).flat();
  }
}

/**
 * Has a consumer group retry the messages of a parked key, in order. The act is kept in the operator's
 * stream. Refuses with `key-not-parked`, `operator-not-found`.
 */
export class RetryParkedKey extends CallerCommand<ParkedKeyName, ParkedKeyName> {}

@CommandHandler(RetryParkedKey)
export class RetryParkedKeyHandler implements ICommandHandler<RetryParkedKey> {
  constructor(
    private readonly store: EventStore,
    private readonly log: DurableLog,
  ) {}

  async execute({ context, request }: RetryParkedKey): Promise<Answer<ParkedKeyName>> {
    const { topic, group, key } = request;
    const facts = { isParked: await this.log.isParked(topic, group, [key]) };
    const command = { type: 'RetryParkedKey', parkedKey: request, facts } as const;
    const stream = streamName('operator', context.actor.replace(/^operator:/, ''));
    const answer = await writeAs(this.store, context, stream, operator, command, () => request);
    // After the act is kept: a crash in between leaves the key parked, and a repeat does no harm.
    await this.log.retryParked(topic, group, key);
    return answer;
  }
}
