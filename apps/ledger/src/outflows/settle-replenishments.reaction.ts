import {
  coveredBySweeps,
  type OutflowEvent,
  type ReplenishmentEvent,
  type Sweep,
} from '@daybook/domain';
import type { HappenedTo } from '@daybook/event-store';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { PositionReached } from '../projections/position-reached';
import type { Due, DueTimes, Later } from '../reactions/due-times';
import { type DueNow, type Reaction, Reactions } from '../reactions/reactions';
import { type Settlement, SettleReplenishments } from '../replenishments';

type Kind = 'replenishment' | 'outflow';

/** The data in the row of a purse and asset: the highest block of its sweeps. */
type SweptUpTo = Readonly<Record<'block', number>>;

/**
 * Records which replenishments sweeps cover. What sweeps cover depends on everything that is booked of a purse and
 * asset, so each booking that may change it leads to a look at the whole: a sweep, its removal, and what is credited
 * or taken back in a block up to that of the last sweep. Other deposits, which are nearly all, cost nothing here.
 *
 * Rows have the names `<purse>/<asset>`. A row stays when it was acted on, to know later that there were sweeps.
 */
@Injectable()
export class SettleSwept implements Reaction<Kind>, OnModuleInit {
  readonly name = 'settle-replenishments';
  readonly kinds: readonly Kind[] = ['replenishment', 'outflow'];

  constructor(
    private readonly reactions: Reactions,
    private readonly commands: CommandBus,
    private readonly reached: PositionReached,
    private readonly dataSource: DataSource,
  ) {}

  onModuleInit(): void {
    this.reactions.register(this);
  }

  async schedule(batch: readonly HappenedTo<Kind>[], dueTimes: DueTimes): Promise<void> {
    const bookings = batch.flatMap(({ event, recorded: { recordedAt } }) => {
      const booking = bookingOf(event);
      return booking === null ? [] : [{ ...booking, recordedAt }];
    });
    if (bookings.length === 0) return;
    const known = await dueTimes.dataOf([...new Set(bookings.map(({ key }) => key))]);
    await dueTimes.set(dueTimesOf(bookings, known as ReadonlyMap<string, unknown> as SweptUpTos));
  }

  async act({ key }: DueNow): Promise<Later> {
    await this.reached.catchUp();
    const slash = key.indexOf('/');
    const settlements = await this.settlementsOf(key.slice(0, slash), key.slice(slash + 1));
    if (settlements.length > 0) await this.commands.execute(new SettleReplenishments(settlements));
    return { dueAt: null };
  }

  private async settlementsOf(purseId: string, asset: string): Promise<readonly Settlement[]> {
    const [credited, spent]: [CreditedRow[], SpentRow[]] = await Promise.all([
      this.dataSource.query(CREDITED, [purseId, asset]),
      this.dataSource.query(SPENT, [purseId, asset]),
    ]);
    const sweeps = new Map(sweepsIn(spent).map((sweep) => [sweep.id, sweep]));
    const covered = coveredBySweeps(credited.map(bookedIn), [...sweeps.values()]);
    return credited.flatMap(({ id, accountId, blockHash, amount, swept: isSwept, last }) => {
      const sweep = sweeps.get(covered.get(id) ?? '');
      if (isSwept === (sweep !== undefined)) return [];
      const by = sweep ? { outflowId: sweep.outflowId, txHash: sweep.txHash } : null;
      return [{ id, accountId, blockHash, amount, sweep: by, position: last }];
    });
  }
}

interface BookedRow {
  readonly id: string;
  readonly block: string;
  readonly position: string;
  readonly amount: string;
}

interface CreditedRow extends BookedRow {
  readonly accountId: string;
  readonly blockHash: string;
  readonly swept: boolean;
  readonly last: string;
}

interface SpentRow extends BookedRow {
  readonly use: 'sweep' | 'network-fee';
  readonly outflowId: string;
  readonly txHash: string;
}

// The index is by customer, who has one purse per family.
const CREDITED = `
  SELECT r.id, r.account_id AS "accountId", r.block_number AS block, r.block_hash AS "blockHash",
         r.credit_position AS position, r.amount - coalesce(r.netted, 0) AS amount, r.swept,
         r.last_position AS last
    FROM ledger.purse p JOIN ledger.replenishment r ON r.customer_id = p.customer_id
   WHERE p.id = $1 AND r.purse_id = p.id AND r.asset = $2 AND r.status IN ('confirmed', 'declined', 'held')
     AND r.block_number IS NOT NULL`;

const SPENT = `
  SELECT s.id, s.outflow_id AS "outflowId", s.tx_hash AS "txHash", s.block_number AS block, s.use,
         s.last_position AS position, s.amount - coalesce(s.netted, 0) AS amount
    FROM ledger.outflow s
   WHERE s.purse_id = $1 AND s.asset = $2 AND s.use IN ('sweep', 'network-fee')
     AND s.status = 'booked' ORDER BY s.ordinal`;

type CountedSweep = Sweep & Pick<SpentRow, 'outflowId' | 'txHash'>;

/** Who sweeps a coin cannot sweep what that costs, so the fee of the transaction counts as swept too. */
function sweepsIn(rows: readonly SpentRow[]): readonly CountedSweep[] {
  const feeOf = new Map<string, bigint>();
  for (const { use, txHash, amount } of rows) {
    if (use === 'network-fee') feeOf.set(txHash, BigInt(amount));
  }
  return rows.flatMap((row) => {
    if (row.use !== 'sweep') return [];
    const fee = feeOf.get(row.txHash) ?? 0n;
    feeOf.delete(row.txHash);
    const booked = bookedIn(row);
    const { outflowId, txHash } = row;
    return [{ ...booked, amount: booked.amount + fee, outflowId, txHash }];
  });
}

function bookedIn({ id, block, position, amount }: BookedRow) {
  return { id, block: Number(block), position: BigInt(position), amount: BigInt(amount) };
}

/** What may change which replenishments of a purse and asset are covered. */
interface Booking {
  readonly key: string;
  readonly isSweep: boolean;
  readonly block: number;
}

type SweptUpTos = ReadonlyMap<string, SweptUpTo>;

/** The due times that follow from a part of the log. `known` has the rows before it. */
export function dueTimesOf(
  bookings: readonly (Booking & { readonly recordedAt: string })[],
  known: SweptUpTos,
): readonly Due[] {
  const upTo = new Map(Array.from(known, ([key, { block }]) => [key, block]));
  const due = new Map<string, Due>();
  for (const { key, isSweep, block, recordedAt } of bookings) {
    const last = upTo.get(key) ?? -1;
    if (!isSweep && block > last) continue;
    const highest = Math.max(last, block);
    upTo.set(key, highest);
    due.set(key, { key, dueAt: recordedAt, data: { block: highest } });
  }
  return [...due.values()];
}

/** Null if the event books nothing that counts, and takes nothing such back. */
export function bookingOf(event: ReplenishmentEvent | OutflowEvent): Booking | null {
  switch (event.type) {
    case 'ReplenishmentConfirmed':
    case 'ReplenishmentDeclined':
    case 'ReplenishmentHeld':
    case 'ReplenishmentReverted':
    case 'ReplenishmentVoided': {
      const { purseId, asset, block, credit } = event.data;
      // Events of version 1 have no block; when they were written, nothing was swept.
      if (credit === null || block === null || block === undefined) return null;
      return { key: `${purseId}/${asset}`, isSweep: false, block: block.number };
    }
    case 'SweepCompleted':
    case 'OutflowBooked':
    case 'OutflowReverted': {
      const { purseId, asset, block } = event.data;
      const use = event.type === 'SweepCompleted' ? 'sweep' : event.data.use;
      if (block === null || (use !== 'sweep' && use !== 'network-fee')) return null;
      return { key: `${purseId}/${asset}`, isSweep: use === 'sweep', block: block.number };
    }
    case 'OutflowDetected':
    case 'OutflowRejected':
    case 'ReplenishmentSeen':
    case 'ReplenishmentDetected':
    case 'ReplenishmentVersionNoted':
    case 'ReplenishmentDropped':
    case 'ReplenishmentRejected':
    case 'ReplenishmentReportNoted':
    case 'ComplianceCheckStarted':
    case 'OwnCoinsDetected':
    case 'OwnCoinsBooked':
    case 'OwnCoinsReverted':
    // Its coins were in the purse before.
    case 'ReplenishmentReleased':
    case 'ReplenishmentSwept':
    case 'ReplenishmentSweepReverted':
      return null;
  }
}
