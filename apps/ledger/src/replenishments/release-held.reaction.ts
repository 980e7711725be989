import {
  customer,
  goesToAccount,
  replenishment,
  type SumOfHeld,
  streamName,
  sumFor,
  sumOfHeld,
} from '@daybook/domain';
import {
  decideAndAppendMany,
  EventStore,
  type HappenedTo,
  happenedAt,
  loadStates,
} from '@daybook/event-store';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AssetRegistry } from '../chains';
import { PositionReached } from '../projections/position-reached';
import type { DueTimes, Later } from '../reactions/due-times';
import { type DueNow, type Reaction, Reactions } from '../reactions/reactions';

/** Parts of a sum. Their ids, in the event of the first part, take less than half of what an append may have. */
const PARTS_MAX = 10_000;
/** Parts released in one append. */
const RELEASED_MAX = 1_000;
/** Steps of one act; a longer one goes on with the next. */
const STEPS_MAX = 10;
/** When to look again after an act in which everything had changed before it was released. */
const OVERTAKEN_MS = 60_000;

/**
 * Credits what a purse holds below the minimum of an asset once it adds up to the minimum.
 *
 * The sum is decided by the event that releases its first part, the oldest that is held: each process that adds
 * up at the same time has the same first part, and the stream of that part takes one release. The event names all parts, so the
 * next process releases those that are still held before anything else is added up. A part that the chain took back
 * meanwhile is left out; the others stay credited, as when it is taken back later.
 *
 * Rows have the names `<purse>/<asset>`. What is read is what is held, by an index, and the last sum.
 */
@Injectable()
export class ReleaseHeld implements Reaction<'replenishment'>, OnModuleInit {
  readonly name = 'release-held';
  readonly kinds = ['replenishment'] as const;

  constructor(
    private readonly reactions: Reactions,
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
    private readonly reached: PositionReached,
    private readonly assets: AssetRegistry,
  ) {}

  onModuleInit(): void {
    this.reactions.register(this);
  }

  async schedule(batch: readonly HappenedTo<'replenishment'>[], dueTimes: DueTimes): Promise<void> {
    const due = new Map<string, string>();
    for (const { event, recorded } of batch) {
      if (event.type !== 'ReplenishmentHeld') continue;
      const { purseId, asset, credit } = event.data;
      if (credit.reason === 'below-minimum') due.set(`${purseId}/${asset}`, happenedAt(recorded));
    }
    await dueTimes.set(Array.from(due, ([key, dueAt]) => ({ key, dueAt })));
  }

  async act({ key, now }: DueNow): Promise<Later | null> {
    const slash = key.indexOf('/');
    const [purseId, asset] = [key.slice(0, slash), key.slice(slash + 1)];
    let released = 0;
    for (let step = 0; step < STEPS_MAX; step++) {
      await this.reached.catchUp();
      const more = await this.releaseNext(purseId, asset);
      if (more === null) return null;
      released += more;
    }
    // Others were faster each time.
    if (released === 0) return { dueAt: new Date(Date.parse(now) + OVERTAKEN_MS).toISOString() };
    return { dueAt: now };
  }

  /** Finishes the last sum, or begins the next one. Returns how many parts it released; null if there is nothing to do. */
  private async releaseNext(purseId: string, asset: string): Promise<number | null> {
    const of = [purseId, asset];
    const [{ held, last }]: [Overview] = await this.dataSource.query(OVERVIEW, of);
    const minimum = this.assets.find(asset)?.minimum ?? null;
    if (held === null) return null;
    if (last !== null) {
      const { parts, position, ...sum } = last;
      const ids = parts.split(',');
      const left: HeldRow[] = await this.dataSource.query(LEFT, [...of, ids, position]);
      if (left.length > 0) {
        return this.release(left, { ...sum, parts: ids });
      }
    }
    if (minimum === null || BigInt(held) < minimum) return null;
    const rows: HeldRow[] = await this.dataSource.query(LARGEST_AND_OLDEST, of);
    const sum = sumOfHeld(rows.map(partIn), minimum);
    const first = rows.find(({ id }) => id === sum?.first);
    if (sum === null || first === undefined) return null;
    return this.release([first], sum);
  }

  private async release(parts: readonly HeldRow[], sum: SumOfHeld): Promise<number> {
    const owners = parts.map(({ customerId }) => streamName('customer', customerId));
    const states = await loadStates(this.store, customer, owners);
    const commands = parts.map(({ id, accountId, blockHash, amount, position }, i) => {
      const customerBlocked = goesToAccount(states.get(owners[i] ?? ''));
      return {
        stream: streamName('replenishment', id),
        command: {
          type: 'ReleaseReplenishment' as const,
          ...{ blockHash, amount, sum: sumFor(id, sum), facts: { customerBlocked } },
        },
        // Held again, it has another position; another sum of the same first part has other parts.
        commandId: `release:${position}:${sum.count}:${sum.amount}`,
        metadata: { accountId, actor: 'system' },
      };
    });
    let released = 0;
    for (const result of await decideAndAppendMany(this.store, replenishment, commands)) {
      if (result instanceof Error) throw result;
      if (result.outcome === 'appended') released += 1;
    }
    return released;
  }
}

interface Overview {
  /** What all that is held adds up to; null if nothing is. */
  readonly held: string | null;
  readonly last:
    | (Omit<SumOfHeld, 'parts'> & { readonly parts: string; readonly position: string })
    | null;
}

interface HeldRow {
  readonly id: string;
  readonly accountId: string;
  readonly customerId: string;
  readonly blockHash: string;
  readonly amount: string;
  readonly position: string;
}

function partIn({ id, amount, position }: HeldRow) {
  return { id, amount: BigInt(amount), position: BigInt(position) };
}

/** What counts of a replenishment, as `netAmount` says. */
const COUNTS = 'r.amount - coalesce(r.netted, 0)';
const OF = 'r.purse_id = $1 AND r.asset = $2';

const OVERVIEW = `
  SELECT (SELECT sum(${COUNTS}) FROM ledger.replenishment r
           WHERE ${OF} AND r.held_position IS NOT NULL) AS held,
         (SELECT json_build_object('first', r.sum_first, 'amount', r.sum_amount::text,
                   'count', r.sum_count, 'parts', r.sum_parts, 'position', r.sum_position::text)
            FROM ledger.replenishment r WHERE ${OF} AND r.sum_position IS NOT NULL
           ORDER BY r.sum_position DESC LIMIT 1) AS last`;

const HELD = `
  SELECT r.id, r.account_id AS "accountId", r.customer_id AS "customerId",
         r.block_hash AS "blockHash", r.held_position AS position,
         ${COUNTS} AS amount
    FROM ledger.replenishment r WHERE ${OF} AND r.held_position IS NOT NULL`;

const LEFT = `${HELD} AND r.held_position < $4::bigint AND r.id = ANY($3::uuid[])
   ORDER BY r.held_position LIMIT ${RELEASED_MAX}`;

// Of more than a sum may have, the largest reach the minimum first; the oldest is the first part in any case.
const LARGEST_AND_OLDEST = `
  (${HELD} ORDER BY ${COUNTS} DESC, r.held_position LIMIT ${PARTS_MAX - 1})
  UNION (${HELD} ORDER BY r.held_position LIMIT 1)`;
