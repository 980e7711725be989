import { displayAddress } from '@daybook/chains';
import { type PurseCommand, purse, streamName } from '@daybook/domain';
import type { EventStore } from '@daybook/event-store';
import type { Answer, RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { type Purse, purseResource } from './purse-resource';

/**
 * Decides one command on a purse and answers with the purse as the command left it. `likelyNew` saves
 * the read of a purse that is hardly there yet.
 */
export async function writePurse(
  store: EventStore,
  context: RequestContext,
  purseId: string,
  command: PurseCommand,
  likelyNew = false,
): Promise<Answer<Purse>> {
  const stream = streamName('purse', purseId);
  const answer = await writeAs(store, context, stream, purse, command, (state) => state, likelyNew);
  const mintPosition =
    answer.outcome === 'created' ? answer.position : await mintPositionOf(store, stream);
  const resource = purseResource(purseId, answer.resource, displayAddress, mintPosition);
  return { ...answer, resource };
}

/** Where in the log a purse was minted: the place of the first event of its stream, which exists. */
async function mintPositionOf(store: EventStore, stream: string): Promise<bigint> {
  const [minted] = await store.readStream(stream);
  if (minted === undefined) throw new Error(`${stream} has no events.`);
  return minted.position;
}
