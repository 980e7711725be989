import { idOf, type PurseEvent } from '@daybook/domain';
import { happenedTo, type Projection } from '@daybook/event-store';
import { columns, rowsOf } from '../projections/projection';

const INSERT_COLUMNS = {
  id: 'uuid',
  account_id: 'uuid',
  customer_id: 'uuid',
  family: 'text',
  address: 'text',
  outside_order_id: 'text',
  minted_at: 'timestamptz',
  first_position: 'bigint',
};

const INSERT = `
  INSERT INTO purse
    (id, account_id, customer_id, family, address, status, outside_order_id, minted_at,
     first_position)
  SELECT id, account_id, customer_id, family, address, 'active', outside_order_id, minted_at,
         first_position
    FROM ${rowsOf('p', INSERT_COLUMNS)}`;

const UPDATE = `
  UPDATE purse SET status = p.status, was_restored = purse.was_restored OR p.restored
    FROM ${rowsOf('p', { id: 'uuid', status: 'text', restored: 'boolean' })}
   WHERE purse.id = p.id`;

type Status = 'active' | 'archived' | 'declined';

/** Purses as they are now. */
export const pursesProjection: Projection = {
  name: 'purses',
  tables: ['purse'],

  async apply(batch, sql) {
    const happened = happenedTo('purse', batch);
    const minted = happened.flatMap(({ event, recorded }) =>
      event.type === 'PurseMinted' ? [{ ...event.data, recorded }] : [],
    );
    if (minted.length > 0) {
      await sql.query(
        INSERT,
        columns(
          minted,
          (p) => idOf(p.recorded.stream),
          (p) => p.accountId,
          (p) => p.customerId,
          (p) => p.family,
          (p) => p.address,
          (p) => p.outsideOrderId,
          (p) => p.mintedAt,
          (p) => p.recorded.position,
        ),
      );
    }
    const changes = new Map<string, { status: Status; restored: boolean }>();
    for (const { event, recorded } of happened) {
      const status = statusAfter(event);
      if (status === null) continue;
      const id = idOf(recorded.stream);
      const restored = status === 'active' || (changes.get(id)?.restored ?? false);
      changes.set(id, { status, restored });
    }
    if (changes.size > 0) {
      const rows = [...changes];
      await sql.query(
        UPDATE,
        columns(
          rows,
          ([id]) => id,
          ([, { status }]) => status,
          ([, { restored }]) => restored,
        ),
      );
    }
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
