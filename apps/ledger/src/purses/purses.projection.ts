import { idOf, type PurseEvent } from '@daybook/domain';
import { happenedTo, type Projection, type RecordedEvent } from '@daybook/event-store';
import { type Columns, cellsOf, namesOf, rowsOf } from '../projections/projection';

type Minted = Extract<PurseEvent, { type: 'PurseMinted' }>['data'] & {
  readonly recorded: RecordedEvent;
};

const INSERTED: Columns<Minted> = {
  id: ['uuid', (p) => idOf(p.recorded.stream)],
  account_id: ['uuid', (p) => p.accountId],
  customer_id: ['uuid', (p) => p.customerId],
  family: ['text', (p) => p.family],
  address: ['text', (p) => p.address],
  outside_order_id: ['text', (p) => p.outsideOrderId],
  minted_at: ['timestamptz', (p) => p.mintedAt],
  first_position: ['bigint', (p) => p.recorded.position],
};

const INSERT = `
  INSERT INTO purse (${namesOf(INSERTED)}, status)
  SELECT p.*, 'active' FROM ${rowsOf('p', INSERTED)}`;

type Status = 'active' | 'archived' | 'declined';

const UPDATED: Columns<readonly [id: string, { status: Status; restored: boolean }]> = {
  id: ['uuid', ([id]) => id],
  status: ['text', ([, { status }]) => status],
  restored: ['boolean', ([, { restored }]) => restored],
};

const UPDATE = `
  UPDATE purse SET status = p.status, was_restored = purse.was_restored OR p.restored
    FROM ${rowsOf('p', UPDATED)}
   WHERE purse.id = p.id`;

/** Purses as they are now. */
export const pursesProjection: Projection = {
  name: 'purses',
  tables: ['purse'],

  async apply(batch, sql) {
    const happened = happenedTo('purse', batch);
    const minted = happened.flatMap(({ event, recorded }) =>
      event.type === 'PurseMinted' ? [{ ...event.data, recorded }] : [],
    );
    if (minted.length > 0) await sql.query(INSERT, cellsOf(INSERTED, minted));
    const changes = new Map<string, { status: Status; restored: boolean }>();
    for (const { event, recorded } of happened) {
      const status = statusAfter(event);
      if (status === null) continue;
      const id = idOf(recorded.stream);
      const restored = status === 'active' || (changes.get(id)?.restored ?? false);
      changes.set(id, { status, restored });
    }
    if (changes.size > 0) await sql.query(UPDATE, cellsOf(UPDATED, [...changes]));
  },
};

/** The status that an event changes; null for the mint, whose row has one already. */
function statusAfter(event: PurseEvent): Status | null {
  switch (event.type) {
    case 'PurseMinted':
      return null;
    case 'PurseArchived':
      return 'archived';
    case 'PurseRestored':
      return 'active';
    case 'PurseDeclined':
      return 'declined';
  }
}
