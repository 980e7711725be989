import {
  finalityText,
  type Inclusion,
  idOf,
  type Parties,
  type ReplenishmentEvent,
  type ReplenishmentStatus,
  type TransferContent,
} from '@daybook/domain';
import { type HappenedTo, happenedTo, type Projection } from '@daybook/event-store';
import { type Columns, cellsOf, namesOf, rowsOf } from '../projections/projection';

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

type Whole = Change & { readonly sighting: Sighting };

const INSERTED: Columns<Whole> = {
  id: ['uuid', (c) => c.id],
  account_id: ['uuid', (c) => c.sighting.parties.accountId],
  customer_id: ['uuid', (c) => c.sighting.parties.customerId],
  purse_id: ['uuid', (c) => c.sighting.parties.purseId],
  status: ['text', (c) => c.life.status],
  asset: ['text', (c) => c.sighting.transfer.asset],
  amount: ['numeric', (c) => c.sighting.transfer.amount],
  from_address: ['text', (c) => c.sighting.transfer.from],
  to_address: ['text', (c) => c.sighting.transfer.to],
  tx_hash: ['text', (c) => c.sighting.transfer.txHash],
  ordinal: ['text', (c) => c.sighting.transfer.ordinal],
  block_number: ['bigint', (c) => c.block?.number ?? null],
  block_hash: ['text', (c) => c.block?.hash ?? null],
  block_time: ['timestamptz', (c) => c.block?.time ?? null],
  credited_to: ['text', (c) => c.life.creditedTo],
  reason: ['text', (c) => c.life.reason],
  finality: ['text', (c) => c.life.finality],
  created_at: ['timestamptz', (c) => c.sighting.createdAt],
  updated_at: ['timestamptz', (c) => c.updatedAt],
  first_position: ['bigint', (c) => c.sighting.firstPosition],
  last_position: ['bigint', (c) => c.lastPosition],
};

const INSERT = `
  INSERT INTO replenishment (${namesOf(INSERTED)})
  SELECT * FROM ${rowsOf('r', INSERTED)}`;

/** What a row keeps for ever: its identity, and when it was first recorded. */
const KEPT: readonly string[] = ['id', 'tx_hash', 'ordinal', 'created_at', 'first_position'];

// A row that is there already, perhaps with other content or another owner after a reorg.
const UPSERT = `${INSERT}
  ON CONFLICT (id) DO UPDATE SET
  ${Object.keys(INSERTED)
    .filter((name) => !KEPT.includes(name))
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')}`;

const UPDATED: Columns<Change> = {
  id: ['uuid', (c) => c.id],
  status: ['text', (c) => c.life.status],
  credited_to: ['text', (c) => c.life.creditedTo],
  reason: ['text', (c) => c.life.reason],
  finality: ['text', (c) => c.life.finality],
  unblock: ['boolean', (c) => c.unblock],
  updated_at: ['timestamptz', (c) => c.updatedAt],
  last_position: ['bigint', (c) => c.lastPosition],
};

const UPDATE = `
  UPDATE replenishment r SET
    status = c.status, credited_to = c.credited_to, reason = c.reason, finality = c.finality,
    block_number = CASE WHEN c.unblock THEN NULL ELSE r.block_number END,
    block_hash = CASE WHEN c.unblock THEN NULL ELSE r.block_hash END,
    block_time = CASE WHEN c.unblock THEN NULL ELSE r.block_time END,
    updated_at = c.updated_at, last_position = c.last_position
    FROM ${rowsOf('c', UPDATED)}
   WHERE r.id = c.id`;

/** Replenishments as they are now, one row each. */
export const replenishmentsProjection: Projection = {
  name: 'replenishments',
  tables: ['replenishment'],

  async apply(batch, sql) {
    const changes = foldChanges(happenedTo('replenishment', batch));
    const whole = changes.filter((c): c is Whole => c.sighting !== null);
    await write(
      INSERT,
      INSERTED,
      whole.filter(({ isNew }) => isNew),
    );
    await write(
      UPSERT,
      INSERTED,
      whole.filter(({ isNew }) => !isNew),
    );
    await write(
      UPDATE,
      UPDATED,
      changes.filter((c) => c.sighting === null),
    );

    async function write<Row>(statement: string, columns: Columns<Row>, rows: readonly Row[]) {
      if (rows.length > 0) await sql.query(statement, cellsOf(columns, rows));
    }
  },
};

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
