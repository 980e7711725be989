import { operator, type ParkedKeyName, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { DurableLog, type ParkedKey } from '@daybook/messaging';
import {
  Command,
  CommandHandler,
  type ICommandHandler,
  type IQueryHandler,
  Query,
  QueryHandler,
} from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import type { Answer, RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { LedgerEnv } from '../ledger.env';
import { consumerGroups } from './consumer-groups';

/** The parked keys of every consumer group: by topic and group, the longest first. */
export class ListParkedKeys extends Query<readonly (ParkedKeyName & ParkedKey)[]> {}

@QueryHandler(ListParkedKeys)
export class ListParkedKeysHandler implements IQueryHandler<ListParkedKeys> {
  constructor(
    private readonly env: LedgerEnv,
    private readonly log: DurableLog,
    private readonly dataSource: DataSource,
  ) {}

  async execute(): Promise<readonly (ParkedKeyName & ParkedKey)[]> {
    const groups = await consumerGroups(this.env, this.dataSource);
    const ofGroups = groups.map(async ({ topic, group }) => {
      const keys = await this.log.parked(topic, group);
      return keys.map((parked) => ({ topic, group, ...parked }));
    });
    return (await Promise.all(ofGroups)).flat();
  }
}

/** The stream of the operator who acts. */
function operatorStream({ actor }: RequestContext): string {
  return streamName('operator', actor.replace(/^operator:/, ''));
}

/**
 * Has a consumer group try the messages of a parked key again, in order. The act is kept in the
 * operator's stream. Refuses with `key-not-parked`, `operator-not-found`.
 */
export class RetryParkedKey extends Command<Answer<ParkedKeyName>> {
  constructor(
    readonly context: RequestContext,
    readonly parkedKey: ParkedKeyName,
  ) {
    super();
  }
}

@CommandHandler(RetryParkedKey)
export class RetryParkedKeyHandler implements ICommandHandler<RetryParkedKey> {
  constructor(
    private readonly store: EventStore,
    private readonly log: DurableLog,
  ) {}

  async execute({ context, parkedKey }: RetryParkedKey): Promise<Answer<ParkedKeyName>> {
    const { topic, group, key } = parkedKey;
    const parked = await this.log.parked(topic, group);
    const command = {
      type: 'RetryParkedKey',
      parkedKey,
      facts: { isParked: parked.some((each) => each.key === key) },
    } as const;
    const stream = operatorStream(context);
    const answer = await writeAs(this.store, context, stream, operator, command, () => parkedKey);
    // After the act is kept: a crash in between leaves the key parked, and asking again is harmless.
    await this.log.retryParked(topic, group, key);
    return answer;
  }
}
