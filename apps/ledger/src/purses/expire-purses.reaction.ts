import { earliestExpiry, idOf, type PurseExpiry, streamName } from '@daybook/domain';
import { EventStore, type HappenedTo } from '@daybook/event-store';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { PositionReached } from '../projections/position-reached';
import type { Due, DueTimes, Later } from '../reactions/due-times';
import type { DueNow, Reaction } from '../reactions/reaction';
import { Reactions } from '../reactions/reactions';
import { catchUp, ExpirePurse } from './expire-purse';

/** Purses of an account that are marked at once after its policy was changed. */
const PAGE_MAX = 5_000;

type Kind = 'account' | 'purse';

/** What the row of an account holds: its policy, and how far its purses are marked. */
interface AccountRow extends PurseExpiry {
  /** Purses that were minted up to this position are marked; null when all are. */
  readonly after: string | null;
}

const PAGE = `
  SELECT id, first_position AS position FROM ledger.purse
   WHERE account_id = $1 AND first_position > $2 AND status = 'active'
   ORDER BY first_position LIMIT ${PAGE_MAX}`;

/**
 * Looks at a purse when the account's policy would expire it if nothing had been received. What was
 * received only moves that moment on, so receipts write nothing here: the look finds them and sets the
 * next one. An account without a policy has no rows.
 *
 * Rows are named by streams. That of an account holds its policy at the position up to which the log was
 * read, so that a purse that is minted later gets its row. Purses that were minted before the policy was
 * changed are taken from the read model, a page at a time, once it holds them all.
 */
@Injectable()
export class ExpirePurses implements Reaction<Kind>, OnModuleInit {
  readonly name = 'expire-purses';
  readonly kinds: readonly Kind[] = ['account', 'purse'];

  constructor(
    private readonly reactions: Reactions,
    private readonly commands: CommandBus,
    private readonly store: EventStore,
    private readonly reached: PositionReached,
    private readonly dataSource: DataSource,
  ) {}

  onModuleInit(): void {
    this.reactions.register(this);
  }

  async schedule(batch: readonly HappenedTo<Kind>[], dueTimes: DueTimes): Promise<void> {
    const accounts = batch.map(({ recorded }) =>
      streamName('account', recorded.metadata.accountId),
    );
    const known = await dueTimes.dataOf([...new Set(accounts)]);
    await dueTimes.set(dueTimesOf(batch, known as ReadonlyMap<string, unknown> as Policies));
  }

  async act({ key, data, now, countsFrom }: DueNow): Promise<Later | null> {
    if (key.startsWith('purse-')) {
      return this.commands.execute(new ExpirePurse(idOf(key), now, countsFrom));
    }
    return this.markPurses(key, data as unknown as AccountRow, now);
  }

  /** Lets the next purses of an account be looked at; the looks find out when they expire. */
  private async markPurses(key: string, row: AccountRow, now: string): Promise<Later | null> {
    if (earliestExpiry(row, now) === null) return null;
    await catchUp(this.store, this.reached);
    const purses: { id: string; position: string }[] = await this.dataSource.query(PAGE, [
      idOf(key),
      row.after,
    ]);
    const rows = purses.map(({ id }) => ({ key: streamName('purse', id), dueAt: now }));
    await this.reactions.dueTimes(this.name).set(rows);
    const isLast = purses.length < PAGE_MAX;
    const after = isLast ? null : (purses.at(-1)?.position ?? null);
    return { dueAt: isLast ? null : now, data: { ...row, after } };
  }
}

type Policies = ReadonlyMap<string, PurseExpiry>;

/**
 * The due times that a part of the log leads to. `known` has the policies before it by their streams.
 * A purse is looked at after the shorter of the account's periods, since it may have been used or not.
 */
export function dueTimesOf(batch: readonly HappenedTo<Kind>[], known: Policies): readonly Due[] {
  const policies = new Map(known);
  const rows = new Map<string, Due>();
  for (const { event, recorded } of batch) {
    const { stream, recordedAt, metadata } = recorded;
    switch (event.type) {
      case 'AccountPolicyChanged': {
        const policy = event.data.purseExpiry;
        policies.set(stream, policy);
        rows.set(stream, { key: stream, dueAt: recordedAt, data: { ...policy, after: '0' } });
        break;
      }
      case 'PurseMinted':
      case 'PurseRestored': {
        const policy = policies.get(streamName('account', metadata.accountId));
        const dueAt = policy === undefined ? null : earliestExpiry(policy, recordedAt);
        if (dueAt !== null) rows.set(stream, { key: stream, dueAt });
        break;
      }
      // The row of a purse that is no longer in use goes at its next look.
      case 'PurseArchived':
      case 'PurseDeclined':
      case 'AccountOpened':
      case 'ApiKeyIssued':
      case 'ApiKeyRevoked':
        break;
    }
  }
  return [...rows.values()];
}
