import { type CustomerEvent, idOf } from '@daybook/domain';
import { type HappenedTo, happenedTo, type Projection } from '@daybook/event-store';
import { columns, rowsOf } from '../projections/projection';

interface Created {
  readonly id: string;
  readonly accountId: string;
  readonly externalId: string;
  readonly description: string | null;
  readonly createdAt: string;
  readonly position: bigint;
}

const INSERT_COLUMNS = {
  id: 'uuid',
  account_id: 'uuid',
  external_id: 'text',
  description: 'text',
  created_at: 'timestamptz',
  first_position: 'bigint',
};

const INSERT = `
  INSERT INTO customer
    (id, account_id, external_id, description, status, created_at, first_position)
  SELECT id, account_id, external_id, description, 'active', created_at, first_position
    FROM ${rowsOf('c', INSERT_COLUMNS)}`;

const UPDATE_COLUMNS = { id: 'uuid', status: 'text', described: 'boolean', description: 'text' };

const UPDATE = `
  UPDATE customer SET
    status = coalesce(c.status, customer.status),
    description = CASE WHEN c.described THEN c.description ELSE customer.description END
    FROM ${rowsOf('c', UPDATE_COLUMNS)}
   WHERE customer.id = c.id`;

/** Customers as they are now. */
export const customersProjection: Projection = {
  name: 'customers',
  tables: ['customer'],

  async apply(batch, sql) {
    const happened = happenedTo('customer', batch);
    const created = happened.flatMap(creation);
    if (created.length > 0) {
      await sql.query(
        INSERT,
        columns(
          created,
          (c) => c.id,
          (c) => c.accountId,
          (c) => c.externalId,
          (c) => c.description,
          (c) => c.createdAt,
          (c) => c.position,
        ),
      );
    }
    const changes = [...foldChanges(happened)];
    if (changes.length > 0) {
      await sql.query(
        UPDATE,
        columns(
          changes,
          ([id]) => id,
          ([, c]) => c.status ?? null,
          ([, c]) => c.description !== undefined,
          ([, c]) => c.description ?? null,
        ),
      );
    }
  },
};

function creation({ event, recorded }: HappenedTo<'customer'>): readonly Created[] {
  if (event.type !== 'CustomerCreated') return [];
  return [{ id: idOf(recorded.stream), ...event.data, position: recorded.position }];
}

interface Change {
  status?: 'active' | 'blocked';
  description?: string | null;
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
