import { type EventsOf, type StreamKind, upcast } from '@daybook/domain';
import { EventStore, follow, type HappenedTo, type JsonObject } from '@daybook/event-store';
import { type BackOff, backOffMs, messageOf, pause, within } from '@daybook/platform/plain';
import { Injectable, Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../runtime/background-work';
import { checkpointsOf } from '../runtime/checkpoints';
import { CLOCK_DIFFERENCE_MAX_MS, clocksAgree } from './clocks-agree';
import { DueTimes, type Later, type Lease, readClock } from './due-times';

/** A row that is due. */
export interface DueNow {
  readonly key: string;
  readonly data: JsonObject | null;
  /** The database's time, RFC 3339. */
  readonly now: string;
  /** When the reaction first ran in this database. Periods start at this time at the earliest. */
  readonly countsFrom: string;
}

/**
 * What must happen because of an event or because time has passed. `schedule` turns events into due times.
 * `act` is called for each due time at least once, perhaps by two processes at the same time. So it decides
 * on the current state, and its commands have ids that follow from their content.
 */
export interface Reaction<Kind extends StreamKind> {
  readonly name: string;
  /** `schedule` gets the events of streams of these kinds. */
  readonly kinds: readonly Kind[];
  /** Runs in the transaction that also stores the checkpoint of the reaction. */
  schedule(batch: readonly HappenedTo<Kind>[], dueTimes: DueTimes): Promise<void>;
  /** Null removes the row. After a rejection the row is retried with back-off. */
  act(due: DueNow): Promise<Later | null>;
}

/** Events scheduled in one transaction. */
const BATCH_MAX = 1_000;
/** Rows that one process claims at once. Each may use a connection of the pool, which requests share. */
const CLAIM_MAX = 8;
/** How often due rows are read while there are none. */
const POLL_MS = 1_000;
/** An act that takes longer fails, well before its lease ends. */
const ACT_MAX_MS = 30_000;
/** After this time another process can claim the rows of one that crashed. */
const LEASE_MS = 60_000;
/** Between attempts at a row that fails. There is no last attempt: the row may need an operator. */
const FAILED_BACK_OFF: BackOff = { firstMs: 5_000, longestMs: 3_600_000 };
/** Between reads while the database cannot be reached. */
const OUTAGE_BACK_OFF: BackOff = { firstMs: 1_000, longestMs: 30_000 };
/** How often a process stores how far its clock is from the database's, so that all can report it. */
const CLOCK_STORED_MS = 10_000;
/** A larger difference that another process stored stands for so long. */
const CLOCK_STANDS_MS = 30_000;
/** Characters of an error that are stored in its row. */
const NOTE_LENGTH_MAX = 500;

type Acting = Pick<Reaction<never>, 'name' | 'act'>;

// The update without effect makes the statement return an existing row too.
const FIRST_START = `
  INSERT INTO ledger.reaction AS r (name, first_started_at) VALUES ($1, ledger.clock())
  ON CONFLICT (name) DO UPDATE SET name = excluded.name
  RETURNING first_started_at AS at`;

// Of several processes the one that differs most is reported. What it stored gives way when it is old, or
// when the database's clock has been set back since.
const STORE_CLOCK = `
  UPDATE ledger.reaction SET clock_difference_ms = $2::bigint, clock_read_at = ledger.clock()
   WHERE name = $1 AND (
     clock_read_at IS NULL OR abs(clock_difference_ms) <= abs($2::bigint) OR clock_read_at NOT BETWEEN
       ledger.clock() - ${CLOCK_STANDS_MS} * interval '1 millisecond' AND ledger.clock())`;

/**
 * Runs reactions. Each follows the event log under its own checkpoint and writes due times. The workers of
 * all processes share the due rows. A rebuild of the read models does not change due times.
 *
 * Both run in every process with the projector, so every deployment with read models has them.
 */
@Injectable()
export class Reactions {
  private readonly logger = new Logger(Reactions.name);

  constructor(
    private readonly work: BackgroundWork,
    private readonly store: EventStore,
  ) {}

  private get dataSource(): DataSource {
    return this.work.databases.ofRole('reactions');
  }

  /** The due times of a reaction, outside of a batch. */
  dueTimes(reaction: string): DueTimes {
    return new DueTimes(this.dataSource, reaction);
  }

  register<Kind extends StreamKind>(reaction: Reaction<Kind>): void {
    const { name, kinds } = reaction;
    this.work.follow('reactions', (database) =>
      follow({
        name: `reaction:${name}`,
        store: this.store,
        kinds,
        checkpoints: checkpointsOf(database),
        limit: BATCH_MAX,
        handle(events, sql) {
          const batch = events.map((recorded) => ({
            // The store returns events of these kinds only.
            event: upcast(recorded) as EventsOf[Kind],
            recorded,
          }));
          return reaction.schedule(batch, new DueTimes(sql, name));
        },
        onError: (error) => this.logger.error({ msg: 'reaction is stalled', name, error }),
      }),
    );
    this.work.run('reactions', () => {
      const stopping = new AbortController();
      const ended = this.run(reaction, stopping.signal);
      return {
        stop: () => {
          stopping.abort();
          return ended;
        },
      };
    });
  }

  private async run(reaction: Acting, signal: AbortSignal): Promise<void> {
    let failures = 0;
    let agreed = true;
    let storeAt = 0;
    let countsFrom: string | null = null;
    while (!signal.aborted) {
      try {
        countsFrom ??= await this.firstStart(reaction.name);
        const clock = await readClock(this.dataSource);
        const { differenceMs } = clock;
        const agrees = clocksAgree(differenceMs);
        if (agrees !== agreed || Date.now() >= storeAt) {
          await this.dataSource.query(STORE_CLOCK, [reaction.name, differenceMs]);
          storeAt = Date.now() + CLOCK_STORED_MS;
        }
        if (agrees !== agreed) this.logClock(reaction, agrees, differenceMs);
        agreed = agrees;
        const acted = agreed ? await this.actOnDue(reaction, clock.now, countsFrom) : 0;
        failures = 0;
        if (acted < CLAIM_MAX) await pause(POLL_MS, signal);
      } catch (error) {
        failures += 1;
        this.logger.error({ msg: 'due times not read', name: reaction.name, error });
        await pause(backOffMs(failures, OUTAGE_BACK_OFF), signal);
      }
    }
  }

  /** Acts on some of the due rows. Returns their number. */
  private async actOnDue(reaction: Acting, now: Date, countsFrom: string): Promise<number> {
    const dueTimes = this.dueTimes(reaction.name);
    const leases = await dueTimes.claim(CLAIM_MAX, LEASE_MS);
    const common = { now: now.toISOString(), countsFrom };
    await Promise.all(leases.map((lease) => this.act(reaction, dueTimes, lease, common)));
    return leases.length;
  }

  private async act(
    reaction: Acting,
    dueTimes: DueTimes,
    lease: Lease,
    common: Pick<DueNow, 'now' | 'countsFrom'>,
  ): Promise<void> {
    const { key, data, attempts } = lease;
    try {
      const acting = reaction.act({ key, data, ...common });
      const later = await within(acting, ACT_MAX_MS, `Not done in ${ACT_MAX_MS} ms.`);
      await dueTimes.finish(lease, later);
    } catch (error) {
      this.logger.error({ msg: 'reaction failed', name: reaction.name, key, attempts, error });
      const note = messageOf(error).slice(0, NOTE_LENGTH_MAX).replaceAll('\0', '');
      await dueTimes.fail(lease, backOffMs(attempts + 1, FAILED_BACK_OFF), note);
    }
  }

  private async firstStart(name: string): Promise<string> {
    const [{ at }]: [{ at: Date }] = await this.dataSource.query(FIRST_START, [name]);
    return at.toISOString();
  }

  private logClock({ name }: Acting, agrees: boolean, differenceMs: number): void {
    if (agrees) this.logger.log({ msg: 'clocks agree again', name, differenceMs });
    else {
      const limitMs = CLOCK_DIFFERENCE_MAX_MS;
      this.logger.error({ msg: 'clocks differ, reaction is paused', name, differenceMs, limitMs });
    }
  }
}
