import {
  type Finality,
  type Inclusion,
  idOf,
  type Parties,
  type ReplenishmentEvent,
  type ReplenishmentStatus,
  type TransferContent,
} from '@daybook/domain';
import { type HappenedTo, happenedTo, type Projection, type Sql } from '@daybook/event-store';
import { columns, rowsOf } from '../projections/projection';

const INSERT_COLUMNS = {
  id: 'uuid',
  account_id: 'uuid',
  customer_id: 'uuid',
  purse_id: 'uuid',
  status: 'text',
  asset: 'text',
  amount: 'numeric',
  from_address: 'text',
  to_address: 'text',
  tx_hash: 'text',
  ordinal: 'text',
  block_number: 'bigint',
  block_hash: 'text',
  block_time: 'timestamptz',
  credited_to: 'text',
  reason: 'text',
  finality: 'text',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
  first_position: 'bigint',
  last_position: 'bigint',
};

const INSERT = `
  INSERT INTO replenishment
    (id, account_id, customer_id, purse_id, status, asset, amount, from_address, to_address,
     tx_hash, ordinal, block_number, block_hash, block_time, credited_to, reason, finality,
     created_at, updated_at, first_position, last_position)
  SELECT * FROM ${rowsOf('r', INSERT_COLUMNS)}`;

// The row may already exist, after a reorg even with other content or another owner.
const UPSERT = `${INSERT}
  ON CONFLICT (id) DO UPDATE SET
    (account_id, customer_id, purse_id, status, asset, amount, from_address, to_address,
     block_number, block_hash, block_time, credited_to, reason, finality, updated_at,
     last_position) =
    (excluded.account_id, excluded.customer_id, excluded.purse_id, excluded.status,
     excluded.asset, excluded.amount, excluded.from_address, excluded.to_address,
     excluded.block_number, excluded.block_hash, excluded.block_time, excluded.credited_to,
     excluded.reason, excluded.finality, excluded.updated_at, excluded.last_position)`;

const UPDATE_COLUMNS = {
  id: 'uuid',
  status: 'text',
  credited_to: 'text',
  reason: 'text',
  finality: 'text',
  unblock: 'boolean',
  updated_at: 'timestamptz',
  last_position: 'bigint',
};

const UPDATE = `
  UPDATE replenishment r SET
    status = c.status, credited_to = c.credited_to, reason = c.reason, finality = c.finality,
    block_number = CASE WHEN c.unblock THEN NULL ELSE r.block_number END,
    block_hash = CASE WHEN c.unblock THEN NULL ELSE r.block_hash END,
    block_time = CASE WHEN c.unblock THEN NULL ELSE r.block_time END,
    updated_at = c.updated_at, last_position = c.last_position
    FROM ${rowsOf('c', UPDATE_COLUMNS)}
   WHERE r.id = c.id`;

/** The columns that an event of the replenishment's life cycle sets. */
interface Life {
  readonly status: ReplenishmentStatus;
  readonly creditedTo: string | null;
  readonly reason: string | null;
  readonly finality: string | null;
}

interface Sighting {
  readonly parties: Parties;
  readonly transfer: TransferContent;
  readonly createdAt: string;
  readonly firstPosition: bigint;
}

interface Change {
  readonly id: string;
  /** Whether the stream begins in this batch, so that no row exists yet. */
  readonly isNew: boolean;
  life: Life;
  /** The whole row, if an event of the batch carries it; else the row exists. */
  sighting: Sighting | null;
  block: Inclusion | null;
  /** Whether a reversal removed the block. */
  unblock: boolean;
  updatedAt: string;
  lastPosition: bigint;
}

/** The current state of replenishments, one row each. */
export const replenishmentsProjection: Projection = {
  name: 'replenishments',
  tables: ['replenishment'],

  async apply(batch, sql) {
    const changes = foldChanges(happenedTo('replenishment', batch));
    const whole = changes.filter((c): c is Change & { sighting: Sighting } => c.sighting !== null);
    await write(
      sql,
      INSERT,
      whole.filter(({ isNew }) => isNew),
    );
    await write(
      sql,
      UPSERT,
      whole.filter(({ isNew }) => !isNew),
    );
    const partial = changes.filter((c) => c.sighting === null);
    if (partial.length > 0) {
      await sql.query(
        UPDATE,
        columns(
          partial,
          (c) => c.id,
          (c) => c.life.status,
          (c) => c.life.creditedTo,
          (c) => c.life.reason,
          (c) => c.life.finality,
          (c) => c.unblock,
          (c) => c.updatedAt,
          (c) => c.lastPosition,
        ),
      );
    }
  },
};

async function write(
  sql: Sql,
  statement: string,
  whole: readonly (Change & { sighting: Sighting })[],
): Promise<void> {
  if (whole.length === 0) return;
  await sql.query(
    statement,
    columns(
      whole,
      (c) => c.id,
      (c) => c.sighting.parties.accountId,
      (c) => c.sighting.parties.customerId,
      (c) => c.sighting.parties.purseId,
      (c) => c.life.status,
      (c) => c.sighting.transfer.asset,
      (c) => c.sighting.transfer.amount,
      (c) => c.sighting.transfer.from,
      (c) => c.sighting.transfer.to,
      (c) => c.sighting.transfer.txHash,
      (c) => c.sighting.transfer.ordinal,
      (c) => c.block?.number ?? null,
      (c) => c.block?.hash ?? null,
      (c) => c.block?.time ?? null,
      (c) => c.life.creditedTo,
      (c) => c.life.reason,
      (c) => c.life.finality,
      (c) => c.sighting.createdAt,
      (c) => c.updatedAt,
      (c) => c.sighting.firstPosition,
      (c) => c.lastPosition,
    ),
  );
}

function foldChanges(batch: readonly HappenedTo<'replenishment'>[]): Change[] {
  const changes = new Map<string, Change>();
  for (const { event, recorded } of batch) {
    const id = idOf(recorded.stream);
    const life = lifeAfter(event);
    const { recordedAt: updatedAt, position: lastPosition } = recorded;
    const change = changes.get(id) ?? {
      id,
      isNew: recorded.revision === 0n,
      life,
      sighting: null,
      block: null,
      unblock: false,
      updatedAt,
      lastPosition,
    };
    Object.assign(change, { life, updatedAt, lastPosition });
    if (isObservation(event)) {
      const { transfer, accountId, customerId, purseId } = event.data;
      const parties = { accountId, customerId, purseId };
      const first = change.sighting ?? { createdAt: updatedAt, firstPosition: lastPosition };
      change.sighting = { ...first, parties, transfer };
      change.block = 'block' in event.data ? event.data.block : null;
    }
    if (event.type === 'ReplenishmentReverted') {
      change.block = null;
      change.unblock = true;
    }
    changes.set(id, change);
  }
  return [...changes.values()];
}

/** Whether an event carries the whole row; others change an existing one. */
function isObservation(event: ReplenishmentEvent) {
  return (
    event.type === 'ReplenishmentSeen' ||
    event.type === 'ReplenishmentDetected' ||
    event.type === 'ReplenishmentRejected'
  );
}

function lifeAfter(event: ReplenishmentEvent): Life {
  const none = { creditedTo: null, reason: null, finality: null };
  switch (event.type) {
    case 'ReplenishmentSeen':
      return { ...none, status: 'seen' };
    case 'ReplenishmentDetected':
      return { ...none, status: 'detected' };
    case 'ReplenishmentRejected':
      return { ...none, status: 'rejected', reason: event.data.reason };
    case 'ReplenishmentDropped':
      return { ...none, status: 'dropped' };
    case 'ReplenishmentReverted':
      return { ...none, status: 'reverted' };
    case 'ComplianceCheckStarted':
      return { ...none, status: 'screening', finality: finalityText(event.data.finality) };
    case 'ReplenishmentConfirmed':
    case 'ReplenishmentDeclined': {
      const { credit } = event.data;
      return {
        status: event.type === 'ReplenishmentConfirmed' ? 'confirmed' : 'declined',
        creditedTo: credit.to,
        reason: credit.to === 'customer' ? null : credit.reason,
        finality: finalityText(event.data.finality),
      };
    }
  }
}

function finalityText(finality: Finality): string {
  return finality.kind === 'depth' ? `depth:${finality.confirmations}` : `tag:${finality.tag}`;
}
