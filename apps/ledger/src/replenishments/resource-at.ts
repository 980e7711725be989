import type { json } from '@daybook/contracts';
import { type ReplenishmentEvent, upcast } from '@daybook/domain';
import type { EventStore } from '@daybook/event-store';
import type { DataSource } from 'typeorm';
import { PurseRow } from '../purses';
import { factsNow, toResponse } from './get-replenishments';
import { rowIn } from './replenishments.projection';

/** A replenishment as it is at a position, from the event log: the read models may not have the command yet. */
export async function resourceAt(
  sources: Parameters<typeof factsNow>[0] & {
    readonly store: EventStore;
    readonly dataSource: DataSource;
  },
  stream: string,
  position: bigint,
): Promise<json.Replenishment> {
  const { store, dataSource } = sources;
  const history = (await store.readStream(stream))
    .filter((recorded) => recorded.position <= position)
    .map((recorded) => ({ recorded, event: upcast(recorded) as ReplenishmentEvent }));
  const row = rowIn(history);
  const purse = await dataSource.getRepository(PurseRow).findOneByOrFail({ id: row.purseId });
  return toResponse(Object.assign(row, { purse }), await factsNow(sources));
}
