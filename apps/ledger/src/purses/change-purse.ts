import { type ArchiveReason, type PurseCommand, purse, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import {
  type Answer,
  CallerCommand,
  mapAnswer,
  type RequestContext,
} from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { type Purse, purseResource } from './purse-resource';

/**
 * Archives a purse, or puts an archived one back into use. An archived purse stays watched for ever, and
 * what arrives is held in suspense. Restoring it starts its expiry period again and releases nothing.
 * Refuses with `purse-not-found`, `purse-declined`.
 */
export class ChangePurse extends CallerCommand<
  { readonly purseId: string; readonly change: PurseChange },
  Purse
> {}

type PurseChange =
  | { readonly type: 'ArchivePurse'; readonly reason: ArchiveReason }
  | { readonly type: 'RestorePurse' };

@CommandHandler(ChangePurse)
export class ChangePurseHandler implements ICommandHandler<ChangePurse> {
  constructor(
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
  ) {}

  async execute({ context, request: { purseId, change } }: ChangePurse): Promise<Answer<Purse>> {
    const { accountId } = context;
    const answer = await writePurse(this.store, context, purseId, { ...change, accountId });
    const isHeld = await isAddressHeld(this.dataSource, purseId);
    return isHeld ? mapAnswer(answer, (resource) => ({ ...resource, address: null })) : answer;
  }
}

/** Decides one command on a purse. `likelyNew` saves the read of a stream that does not exist yet. */
export async function writePurse(
  store: EventStore,
  context: RequestContext,
  id: string,
  command: PurseCommand,
  likelyNew = false,
): Promise<Answer<Purse>> {
  const stream = streamName('purse', id);
  const answer = await writeAs(store, context, stream, purse, command, (state) => state, likelyNew);
  const mintPosition =
    answer.outcome === 'created' ? answer.position : await mintPositionOf(store, stream);
  return { ...answer, resource: purseResource(id, answer.resource, mintPosition) };
}

/** Whether a purse was given the address of another one, as far as the read models know. */
export async function isAddressHeld(dataSource: DataSource, id: string): Promise<boolean> {
  const sql = 'SELECT FROM ledger.purse WHERE id = $1 AND held_address IS NOT NULL';
  return (await dataSource.query<unknown[]>(sql, [id])).length > 0;
}

async function mintPositionOf(store: EventStore, stream: string): Promise<bigint> {
  const given = (await store.readStream(stream)).findLast(
    ({ type }) => type === 'PurseMinted' || type === 'PurseAddressAssigned',
  );
  if (given === undefined) throw new Error(`${stream} has no address.`);
  return given.position;
}
