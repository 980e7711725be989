import { type CustomerEvent, idOf } from '@daybook/domain';
import { type HappenedTo, happenedTo, type Projection } from '@daybook/event-store';
import { type Columns, cellsOf, namesOf, rowsOf } from '../projections/projection';

interface Created {
  readonly id: string;
  readonly accountId: string;
  readonly externalId: string;
  readonly description: string | null;
  readonly createdAt: string;
  readonly position: bigint;
}

const INSERTED: Columns<Created> = {
  id: ['uuid', (c) => c.id],
  account_id: ['uuid', (c) => c.accountId],
  external_id: ['text', (c) => c.externalId],
  description: ['text', (c) => c.description],
  created_at: ['timestamptz', (c) => c.createdAt],
  first_position: ['bigint', (c) => c.position],
};

const INSERT = `
  INSERT INTO customer (${namesOf(INSERTED)}, status)
  SELECT c.*, 'active' FROM ${rowsOf('c', INSERTED)}`;

interface Change {
  status?: 'active' | 'blocked';
  description?: string | null;
}

const UPDATED: Columns<readonly [id: string, Change]> = {
  id: ['uuid', ([id]) => id],
  status: ['text', ([, c]) => c.status ?? null],
  described: ['boolean', ([, c]) => c.description !== undefined],
  description: ['text', ([, c]) => c.description ?? null],
};

const UPDATE = `
  UPDATE customer SET
    status = coalesce(c.status, customer.status),
    description = CASE WHEN c.described THEN c.description ELSE customer.description END
    FROM ${rowsOf('c', UPDATED)}
   WHERE customer.id = c.id`;

/** Customers as they are now. */
export const customersProjection: Projection = {
  name: 'customers',
  tables: ['customer'],

  async apply(batch, sql) {
    const happened = happenedTo('customer', batch);
    const created = happened.flatMap(creation);
    if (created.length > 0) await sql.query(INSERT, cellsOf(INSERTED, created));
    const changes = [...foldChanges(happened)];
    if (changes.length > 0) await sql.query(UPDATE, cellsOf(UPDATED, changes));
  },
};

function creation({ event, recorded }: HappenedTo<'customer'>): readonly Created[] {
  if (event.type !== 'CustomerCreated') return [];
  return [{ id: idOf(recorded.stream), ...event.data, position: recorded.position }];
}

function foldChanges(batch: readonly HappenedTo<'customer'>[]): ReadonlyMap<string, Change> {
  const changes = new Map<string, Change>();
  for (const { event, recorded } of batch) {
    const change = changeOf(event);
    if (change === null) continue;
    const id = idOf(recorded.stream);
    changes.set(id, { ...changes.get(id), ...change });
  }
  return changes;
}

/** The change that an event makes; null for the creation, whose row already has it. */
function changeOf(event: CustomerEvent): Change | null {
  switch (event.type) {
    case 'CustomerCreated':
      return null;
    case 'CustomerUpdated':
      return { description: event.data.description };
    case 'CustomerBlocked':
      return { status: 'blocked' };
    case 'CustomerUnblocked':
      return { status: 'active' };
  }
}
