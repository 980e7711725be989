import { type EventsOf, earliestExpiry, idOf, type PurseExpiry, streamName } from '@daybook/domain';
import type { HappenedTo } from '@daybook/event-store';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { PositionReached } from '../projections/position-reached';
import type { Due, DueTimes, Later } from '../reactions/due-times';
import { type DueNow, type Reaction, Reactions } from '../reactions/reactions';
import { ExpirePurse } from './expire-purse';

/** Purses of an account that get a due time at once after its policy was changed. */
const PAGE_MAX = 5_000;

type Kind = 'account' | 'purse';

/** The data in the row of an account: its policy, and which of its purses have a due time. */
interface AccountDueData extends PurseExpiry {
  /** Purses minted up to this position have one; null if all have. */
  readonly after: string | null;
}

const PAGE = `
  SELECT id, first_position AS position FROM ledger.purse
   WHERE account_id = $1 AND first_position > $2 AND status = 'active'
   ORDER BY first_position LIMIT ${PAGE_MAX}`;

/**
 * Checks a purse when the account's policy would expire it if nothing had been received. Receipts only
 * postpone that time, so they write nothing here: the check finds them and sets the next due time. An
 * account without a policy has no rows.
 *
 * Rows have the names of streams. The row of an account has its policy at the position up to which the log
 * was read, so that a purse minted later gets a due time. Purses minted before a change of the policy are
 * read from the read model in pages, once it has all of them.
 */
@Injectable()
export class ExpirePurses implements Reaction<Kind>, OnModuleInit {
  readonly name = 'expire-purses';
  readonly kinds: readonly Kind[] = ['account', 'purse'];

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
    return this.schedulePurses(key, data as unknown as AccountDueData, now);
  }

  /** Makes the next purses of an account due now. Their checks find out when they expire. */
  private async schedulePurses(
    key: string,
    row: AccountDueData,
    now: string,
  ): Promise<Later | null> {
    if (earliestExpiry(row, now) === null) return null;
    await this.reached.catchUp();
    const page = [idOf(key), row.after];
    const purses: { id: string; position: string }[] = await this.dataSource.query(PAGE, page);
    const rows = purses.map(({ id }) => ({ key: streamName('purse', id), dueAt: now }));
    await this.reactions.dueTimes(this.name).set(rows);
    const isLast = purses.length < PAGE_MAX;
    const after = isLast ? null : (purses.at(-1)?.position ?? null);
    return { dueAt: isLast ? null : now, data: { ...row, after } };
  }
}

type Policies = ReadonlyMap<string, PurseExpiry>;

/** The due times that follow from a part of the log. `known` has the policies before it, by stream. */
export function dueTimesOf(batch: readonly HappenedTo<Kind>[], known: Policies): readonly Due[] {
  const policies = new Map(known);
  const rows = new Map<string, Due>();
  for (const { event, recorded } of batch) {
    const { stream, recordedAt, metadata } = recorded;
    if (event.type === 'AccountPolicyChanged') policies.set(stream, event.data.purseExpiry);
    const policy = policies.get(streamName('account', metadata.accountId));
    const due = dueOf(event, stream, recordedAt, policy);
    if (due !== null) rows.set(stream, due);
  }
  return [...rows.values()];
}

/**
 * A purse is checked after the shorter of the account's periods, because it may have been used or not. The
 * next check removes the row of a purse that is no longer in use.
 */
function dueOf(
  event: EventsOf[Kind],
  key: string,
  recordedAt: string,
  policy: PurseExpiry | undefined,
): Due | null {
  switch (event.type) {
    case 'AccountPolicyChanged':
      return { key, dueAt: recordedAt, data: { ...event.data.purseExpiry, after: '0' } };
    case 'PurseMinted':
    case 'PurseRestored':
    case 'PurseOwnerConfirmed': {
      const dueAt = policy === undefined ? null : earliestExpiry(policy, recordedAt);
      return dueAt === null ? null : { key, dueAt };
    }
    case 'PurseArchived':
    case 'PurseDeclined':
    case 'PurseOrderChanged':
    case 'PurseReplacementAllowed':
    case 'PurseOwnerLost':
    case 'PurseAddressAssigned':
    case 'AccountOpened':
    case 'ApiKeyIssued':
    case 'ApiKeyRevoked':
      return null;
  }
}
