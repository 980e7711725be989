import { type EventsOf, type StreamKind, upcast } from '@daybook/domain';
import { EventStore, follow } from '@daybook/event-store';
import { type BackOff, backOffMs, messageOf, pause, within } from '@daybook/platform/plain';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '../runtime/background-work';
import { checkpointsOf } from '../runtime/checkpoints';
import { CLOCK_DIFFERENCE_MAX_MS, type Clock, readClock } from './clock';
import { DueTimes, type Lease } from './due-times';
import type { Reaction } from './reaction';

/** Events scheduled in one transaction. */
const BATCH_MAX = 1_000;
/** Rows that one process has at a time. Each may hold a connection of the pool, which requests share. */
const CLAIM_MAX = 8;
/** How often the table is looked at while nothing is due. */
const POLL_MS = 1_000;
/** An act that takes longer has failed; it ends well before the lease does. */
const ACT_MAX_MS = 30_000;
/** After this another process takes the rows of one that died. */
const LEASE_MS = 60_000;
/** Between attempts at a row that fails. It is never given up: it may need an operator. */
const FAILED_BACK_OFF: BackOff = { firstMs: 5_000, longestMs: 3_600_000 };
/** Between looks at a database that cannot be reached. */
const OUTAGE_BACK_OFF: BackOff = { firstMs: 1_000, longestMs: 30_000 };
/** Of an error that is kept with its row. */
const NOTE_LENGTH_MAX = 500;

type Acting = Pick<Reaction<never>, 'name' | 'act'>;

const FIRST_START = `
  INSERT INTO ledger.reaction (name, first_started_at) VALUES ($1, ledger.clock())
  ON CONFLICT (name) DO NOTHING`;
const COUNTS_FROM = 'SELECT first_started_at AS at FROM ledger.reaction WHERE name = $1';

/**
 * Runs reactions: each follows the log under a checkpoint of its own and writes due times; workers of any
 * number of processes share the rows whose time has come. Rebuilding read models does not touch them.
 *
 * Both run under the role `projector`, so that every deployment that keeps read models has them.
 */
@Injectable()
export class Reactions {
  private readonly logger = new Logger(Reactions.name);

  constructor(
    private readonly work: BackgroundWork,
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
  ) {}

  /** The due times of a reaction, outside of a batch. */
  dueTimes(reaction: string): DueTimes {
    return new DueTimes(this.dataSource, reaction);
  }

  register<Kind extends StreamKind>(reaction: Reaction<Kind>): void {
    const { name, kinds } = reaction;
    this.work.follow('projector', () =>
      follow({
        name: `reaction:${name}`,
        store: this.store,
        kinds,
        checkpoints: checkpointsOf(this.dataSource),
        limit: BATCH_MAX,
        handle: (events, sql) => {
          // The store answers with events of these kinds alone.
          const batch = events.map((recorded) => {
            const event = upcast(recorded) as EventsOf[Kind];
            return { event, recorded };
          });
          return reaction.schedule(batch, new DueTimes(sql, name));
        },
        onError: (error) => this.logger.error({ msg: 'reaction stands still', name, error }),
      }),
    );
    this.work.run('projector', () => {
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
    while (!signal.aborted) {
      try {
        const clock = await readClock(this.dataSource);
        if (clock.agrees !== agreed) this.logClock(reaction, clock);
        agreed = clock.agrees;
        const acted = agreed ? await this.actOnce(reaction, clock.now) : 0;
        failures = 0;
        if (acted < CLAIM_MAX) await pause(POLL_MS, signal);
      } catch (error) {
        failures += 1;
        this.logger.error({ msg: 'due times not read', name: reaction.name, error });
        await pause(backOffMs(failures, OUTAGE_BACK_OFF), signal);
      }
    }
  }

  /** Acts on some of what is due; answers how much that was. */
  private async actOnce(reaction: Acting, now: Date): Promise<number> {
    const { name } = reaction;
    const countsFrom = await this.countsFrom(name);
    const dueTimes = this.dueTimes(name);
    const leases = await dueTimes.claim(CLAIM_MAX, LEASE_MS);
    const common = { now: now.toISOString(), countsFrom: countsFrom.toISOString() };
    await Promise.all(leases.map((lease) => this.act(reaction, dueTimes, lease, common)));
    return leases.length;
  }

  private async act(
    reaction: Acting,
    dueTimes: DueTimes,
    lease: Lease,
    common: { readonly now: string; readonly countsFrom: string },
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

  private async countsFrom(name: string): Promise<Date> {
    const find = (): Promise<{ at: Date }[]> => this.dataSource.query(COUNTS_FROM, [name]);
    let [row] = await find();
    if (row === undefined) {
      await this.dataSource.query(FIRST_START, [name]);
      [row] = await find();
    }
    return (row as { at: Date }).at;
  }

  private logClock({ name }: Acting, { agrees, differenceMs }: Clock): void {
    if (agrees) this.logger.log({ msg: 'clocks agree again', name, differenceMs });
    else {
      const limitMs = CLOCK_DIFFERENCE_MAX_MS;
      this.logger.error({ msg: 'clocks differ, nothing is done', name, differenceMs, limitMs });
    }
  }
}
