import type { OutflowEvent, ReplenishmentEvent } from '@daybook/domain';
import { type HappenedTo, happenedAt, type JsonObject } from '@daybook/event-store';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { PositionReached } from '../projections/position-reached';
import type { Due, DueTimes, Later } from '../reactions/due-times';
import { type DueNow, type Reaction, Reactions } from '../reactions/reactions';
import { SettleReplenishments } from '../replenishments';
import { type SweptUpTo, settle, withoutFrom } from './settle';

type Kind = 'replenishment' | 'outflow';

/**
 * Records which replenishments sweeps cover. Each booking that may change it leads to a look from its block on: a
 * sweep, its removal, and what is credited or taken back in a block up to that of the last sweep. Other deposits,
 * which are nearly all, cost nothing here. Row data has how far earlier sweeps covered, so a look reads what was not
 * covered then, and no whole history. A booking forgets it from its own block on, in the order of the log; the
 * result of a look that has missed the booking is not stored, since its lease has ended (`DueTimes.set`).
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
    const bookings = batch.flatMap(({ event, recorded }) => {
      const booking = bookingOf(event);
      return booking === null ? [] : [{ ...booking, at: happenedAt(recorded) }];
    });
    if (bookings.length === 0) return;
    const known = await dueTimes.dataOf([...new Set(bookings.map(({ key }) => key))]);
    await dueTimes.set(dueTimesOf(bookings, known as ReadonlyMap<string, unknown> as SweptUpTos));
  }

  async act({ key, data }: DueNow): Promise<Later> {
    await this.reached.catchUp();
    const slash = key.indexOf('/');
    const [purseId, asset] = [key.slice(0, slash), key.slice(slash + 1)];
    const known = (data ?? {}) as Partial<SweptUpTo>;
    const { settlements, upTo } = await settle(this.dataSource, purseId, asset, known);
    if (settlements.length > 0) await this.commands.execute(new SettleReplenishments(settlements));
    return { dueAt: null, data: upTo as object as JsonObject };
  }
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
  bookings: readonly (Booking & { readonly at: string })[],
  known: SweptUpTos,
): readonly Due[] {
  const upTo = new Map(known);
  const due = new Map<string, Due>();
  for (const { key, isSweep, block, at } of bookings) {
    const last = upTo.get(key) ?? { block: -1 };
    if (!isSweep && block > last.block) continue;
    const data = withoutFrom(last, block);
    upTo.set(key, data);
    due.set(key, { key, dueAt: at, data: data as object as JsonObject });
  }
  return [...due.values()];
}

/** Null if the event books nothing that counts, and takes nothing such back. */
export function bookingOf(event: ReplenishmentEvent | OutflowEvent): Booking | null {
  switch (event.type) {
    case 'ComplianceCheckStarted':
    case 'ReplenishmentConfirmed':
    case 'ReplenishmentDeclined':
    case 'ReplenishmentHeld':
    case 'ReplenishmentReverted':
    case 'ReplenishmentVoided':
    // They pay fees that deposits would pay else.
    case 'OwnCoinsBooked':
    case 'OwnCoinsReverted': {
      const { purseId, asset, block, credit } = event.data;
      // Events of version 1 have no block; when they were written, nothing was swept.
      if (credit === null || block === null || block === undefined) return null;
      // Earlier versions booked nothing before the decision.
      if (credit === undefined || asset === undefined) return null;
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
    case 'OutflowVersionNoted':
    case 'ReplenishmentSeen':
    case 'ReplenishmentDetected':
    case 'ReplenishmentVersionNoted':
    case 'ReplenishmentDropped':
    case 'ReplenishmentRejected':
    case 'ReplenishmentReportNoted':
    case 'OwnCoinsDetected':
    // Its coins were in the purse before.
    case 'ReplenishmentReleased':
    case 'ReplenishmentSwept':
    case 'ReplenishmentSweepReverted':
      return null;
  }
}
