import {
  account,
  assetViolations,
  balanceViolations,
  customer,
  type Decider,
  type DomainEvent,
  type Posting,
  postings,
  postingViolations,
  postToTrialBalance,
  purse,
  replenishment,
  type TrialBalance,
  upcast,
  type Violation,
} from '@daybook/domain';
import {
  type EventStore,
  PostgresEventStore,
  type RecordedEvent,
  START,
} from '@daybook/event-store';
import { type Bench, type Measurement, median, takeTurns } from './measurement';
import { settle } from './support/database';
import { logOfTransfers } from './support/ledgers';

/** Events per read; larger pages were not faster. */
const PAGE_EVENTS = 1_000;

/** Reads and folds the whole event log: every state, every posting, the trial balance. */
export const replay: Measurement = {
  name: 'replay',
  title: 'Replay of the log in memory',

  async run(bench) {
    const { settings, server } = bench;
    const { database, events } = await logOfTransfers(bench);
    const store = new PostgresEventStore(database.url);
    try {
      await settle(server, database);
      const runs = await takeTurns(settings.rounds, {
        read: () => timed(bench, store, events, 'reading the log', () => undefined),
        replay: () => {
          const replayed = replayedLog();
          return timed(bench, store, events, 'replaying the log', replayed.add, replayed.check);
        },
      });
      const readRate = events / median(runs.read);
      const replayRate = events / median(runs.replay);
      const foldingUs = (1 / replayRate - 1 / readRate) * 1e6;
      return [
        {
          name: `replay of ${events.toLocaleString('en')} events`,
          value: replayRate,
          unit: 'events/s',
          better: 'more',
          limit: { value: readRate, what: `reading alone, pages of ${PAGE_EVENTS}` },
          target: null,
          notes: [`upcasting, folding, posting and balancing: ${foldingUs.toFixed(1)} us an event`],
        },
      ];
    } finally {
      await store.close();
      await database.drop();
    }
  },
};

/** Seconds from the first read to the last event. Fails if an event is missing. */
async function timed(
  { progress }: Bench,
  store: EventStore,
  expected: number,
  what: string,
  handle: (event: RecordedEvent) => void,
  finish: () => void = () => undefined,
): Promise<number> {
  const tick = progress.step(what, expected, 'events');
  const startedAt = performance.now();
  let after = START;
  let seen = 0;
  for (;;) {
    const page = await store.readAll({ after, limit: PAGE_EVENTS });
    for (const event of page.events) handle(event);
    after = page.end;
    seen += page.events.length;
    tick(seen);
    if (page.atEnd) break;
  }
  finish();
  if (seen !== expected) throw new Error(`The log has ${seen} events instead of ${expected}.`);
  return (performance.now() - startedAt) / 1000;
}

/** Derives everything from the event log with the ledger's own functions. */
function replayedLog() {
  const states = new Map<string, unknown>();
  const journal: Posting[] = [];

  function evolve<Event, State>(
    decider: Decider<never, Event, State>,
    stream: string,
    event: DomainEvent,
  ): void {
    // A stream has the events of one decider only, so its state has that decider's type.
    const before = (states.get(stream) as State | undefined) ?? decider.initialState;
    states.set(stream, decider.evolve(before, event as Event));
  }

  return {
    add(recorded: RecordedEvent): void {
      const event = upcast(recorded);
      const { stream } = recorded;
      if (stream.startsWith('replenishment-')) evolve(replenishment, stream, event);
      else if (stream.startsWith('purse-')) evolve(purse, stream, event);
      else if (stream.startsWith('customer-')) evolve(customer, stream, event);
      else evolve(account, stream, event);
      for (const posting of postings(event)) journal.push(posting);
    },
    /** Throws if the books violate a rule. */
    check(): void {
      const trial: TrialBalance = new Map();
      const violations: Violation[] = [];
      for (const posting of journal) {
        postToTrialBalance(trial, posting);
        violations.push(...postingViolations(posting), ...balanceViolations(posting, trial));
      }
      violations.push(...assetViolations(trial));
      if (violations.length > 0) throw new Error(`The books are wrong: ${violations[0]?.detail}.`);
    },
  };
}
