import { fold, type PurseEvent, purse, streamName, upcast } from '@daybook/domain';
import type { EventStore } from '@daybook/event-store';
import type { Owner } from './owners';

/** A transfer by the stream of its replenishment, with the current owner of its address. */
export interface OwnedTransfer {
  readonly stream: string;
  readonly owner: Owner;
}

/**
 * The owners with the purse's status when the transfer was first recorded, because that status decides. A
 * deposit in progress when its purse is archived or declined is credited. One that was detected while the
 * purse was archived is held, even if the purse was restored since. Only purses whose status ever changed
 * are read, in one query. Rejects with `StoreUnavailable`.
 */
export async function ownersWhenDetected(
  store: EventStore,
  transfers: readonly OwnedTransfer[],
): Promise<readonly Owner[]> {
  const purseOf = ({ parties }: Owner) => streamName('purse', parties.purseId);
  const streams = transfers
    .filter(({ owner }) => owner.purseStatus !== 'active' || owner.purseWasRestored)
    .flatMap(({ stream, owner }) => [{ stream }, { stream: purseOf(owner) }]);
  if (streams.length === 0) return transfers.map(({ owner }) => owner);
  const histories = await store.readStreams(streams);
  return transfers.map(({ stream, owner }) => {
    const first = histories.get(stream)?.[0];
    if (first === undefined) return owner;
    const before = (histories.get(purseOf(owner)) ?? []).filter((e) => e.position < first.position);
    const { status } = fold(purse, before.map(upcast) as PurseEvent[]);
    return status === 'absent' ? owner : { ...owner, purseStatus: status };
  });
}
