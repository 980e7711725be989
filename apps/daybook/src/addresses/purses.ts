import { type Derivation, type Family, streamName, upcast } from '@daybook/domain';
import type { EventStore } from '@daybook/event-store';
import type { Operation } from '../cli/operate';

/** A row of the purse table. */
export interface PurseRow {
  readonly id: string;
  readonly account_id: string;
  readonly customer_id: string;
  readonly family: Family;
  readonly address: string;
  readonly status: string;
  readonly minted_at: Date;
}

/** What the log says of a minted purse. */
export interface Mint {
  readonly address: string;
  readonly derivation: Derivation;
}

const PURSES = `
  SELECT id, account_id, customer_id, family, address, status, minted_at
    FROM ledger.purse`;

/** The row with this address (canonical). */
export async function purseAt(
  { query }: Operation,
  { family, address }: { readonly family: Family; readonly address: string },
): Promise<PurseRow | undefined> {
  const [row] = await query<PurseRow>(`${PURSES} WHERE address = $1 AND family = $2`, [
    address,
    family,
  ]);
  return row;
}

/** Every row, some at a time. */
export async function* allPurses(
  { query }: Operation,
  limit: number,
): AsyncGenerator<readonly PurseRow[]> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const rows = await query<PurseRow>(`${PURSES} WHERE id > $1 ORDER BY id LIMIT ${limit}`, [
      after,
    ]);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) return;
    after = last.id;
  }
}

/** How these purses were minted, by their ids: from the log, which nobody can edit as a table can be. */
export async function mintsOf(
  store: EventStore,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Mint>> {
  const histories = await store.readStreams(ids.map((id) => ({ stream: streamName('purse', id) })));
  const mints = new Map<string, Mint>();
  for (const id of ids) {
    for (const recorded of histories.get(streamName('purse', id)) ?? []) {
      const event = upcast(recorded);
      if (event.type === 'PurseMinted') mints.set(id, event.data);
    }
  }
  return mints;
}
