import { PostgresEventStore, START } from '@daybook/event-store';
import { freePort } from '@daybook/platform';
import { type Bench, type Figure, type Measurement, median, takeTurns } from './measurement';
import type { CallerAnswer, CallerRequest } from './processes/caller.process';
import type { TailReaderRequest } from './processes/tail-reader.process';
import { costsSoFar, describeCosts } from './support/costs';
import { createDatabase, settle } from './support/database';
import { API_KEY } from './support/ledger-data';
import { headOf, ledgerWithPurses, startLedger } from './support/ledgers';
import { askWorker, startWorker } from './support/processes';

/** Concurrent requests. */
const CALLERS = 64;
/** Target, as a share of a minimal handler in the same run. */
const SHARE_OF_BARE = 0.7;
const CUSTOMERS_TO_TAIL = 100_000;
const TAIL_TARGET = 30_000;
const PAGE_EVENTS = 1_000;

/** The same command over both edges; the limit is a handler that only appends one event. */
export const edges: Measurement = {
  name: 'edges',
  title: `CreateCustomer over REST and gRPC, ${CALLERS} callers`,

  async run(bench) {
    const { settings, server, progress } = bench;
    const database = await ledgerWithPurses(bench, { customers: 1, purses: 0 });
    const bareDatabase = await createDatabase(server);
    const grpcPort = await freePort();
    const ledger = await startLedger(database, ['api'], settings, {
      DAYBOOK_GRPC_PORT: String(grpcPort),
    });
    const bare = startWorker<string>('bare-handler', { databaseUrl: bareDatabase.url });
    try {
      const load = (edge: CallerRequest['edge'], url: string, what: string) => {
        progress.step(what, 1, '');
        const { seconds } = settings;
        const request: CallerRequest = { edge, url, apiKey: API_KEY, callers: CALLERS, seconds };
        return askWorker<CallerAnswer>('caller', request);
      };
      const withCosts = async (run: Promise<CallerAnswer>) => {
        const before = await costsSoFar(server, ledger.pid);
        const answer = await run;
        return {
          ...answer,
          costs: describeCosts(before, await costsSoFar(server, ledger.pid), answer.calls),
        };
      };
      const bareUrl = `${await bare.answer}/append`;
      const grpcUrl = `http://127.0.0.1:${grpcPort}`;
      await settle(server, database);
      const runs = await takeTurns(settings.rounds, {
        bare: () => load('rest', bareUrl, 'a bare handler'),
        rest: () => withCosts(load('rest', `${ledger.url}/v1/customers`, 'commands over REST')),
        grpc: () => withCosts(load('grpc', grpcUrl, 'commands over gRPC')),
      });
      const rate = (answers: readonly CallerAnswer[]) => median(answers.map((a) => a.rate));
      const limit = {
        value: rate(runs.bare),
        what: 'a bare Nest handler before one durable append',
      };
      const callerUs = median(runs.bare.map((a) => a.callerUs));
      const figure = (name: string, answers: typeof runs.rest, least: number): Figure => ({
        name,
        value: rate(answers),
        unit: 'commands/s',
        better: 'more',
        limit,
        target: least,
        notes: [
          `p50 ${median(answers.map((a) => a.p50Ms)).toFixed(1)} ms, p99 ${median(answers.map((a) => a.p99Ms)).toFixed(1)} ms`,
          answers.at(-1)?.costs ?? '',
          `and the caller's ${median(answers.map((a) => a.callerUs)).toFixed(0)}; of the limit's ${callerUs.toFixed(0)}`,
        ],
      });
      const share = limit.value * SHARE_OF_BARE;
      return [
        figure('REST', runs.rest, share),
        figure('gRPC', runs.grpc, Math.max(share, rate(runs.rest))),
      ];
    } finally {
      await bare.stop();
      await ledger.stop();
      await database.drop();
      await bareDatabase.drop();
    }
  },
};

/** One reader of `EventService.Tail`, from the start of an event log to its end. */
export const tail: Measurement = {
  name: 'tail',
  title: 'EventService.Tail to one reader',

  async run(bench) {
    const { settings, server } = bench;
    const database = await ledgerWithPurses(bench, { customers: CUSTOMERS_TO_TAIL, purses: 0 });
    const events = await headOf(database);
    const grpcPort = await freePort();
    const ledger = await startLedger(database, ['api'], settings, {
      DAYBOOK_GRPC_PORT: String(grpcPort),
    });
    const store = new PostgresEventStore(database.url);
    try {
      await settle(server, database);
      // The event of the account is private, so it is not in the stream.
      const request: TailReaderRequest = {
        ...{ address: `127.0.0.1:${grpcPort}`, apiKey: API_KEY },
        events: CUSTOMERS_TO_TAIL,
      };
      const runs = await takeTurns(settings.rounds, {
        read: () => readingSeconds(bench, store, events),
        tail: () => askWorker<number>('tail-reader', request),
      });
      return [
        {
          name: `tail of ${events.toLocaleString('en')} events`,
          value: CUSTOMERS_TO_TAIL / median(runs.tail),
          unit: 'events/s',
          better: 'more',
          limit: {
            value: events / median(runs.read),
            what: `reading the log alone, pages of ${PAGE_EVENTS}`,
          },
          target: TAIL_TARGET,
          notes: [],
        },
      ];
    } finally {
      await store.close();
      await ledger.stop();
      await database.drop();
    }
  },
};

async function readingSeconds({ progress }: Bench, store: PostgresEventStore, events: number) {
  const tick = progress.step('reading the log', events, 'events');
  const startedAt = performance.now();
  let seen = 0;
  for (let after = START; ; ) {
    const page = await store.readAll({ after, limit: PAGE_EVENTS });
    seen += page.events.length;
    tick(seen);
    after = page.end;
    if (page.atEnd) return (performance.now() - startedAt) / 1000;
  }
}
