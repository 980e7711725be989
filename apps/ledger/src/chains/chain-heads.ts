import { type ChainHeadV1, parseChainHead, TOPICS, type WatchDetailsV1 } from '@daybook/contracts';
import { DurableLog, type RunningSubscription } from '@daybook/messaging';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { positionOf } from '../edge/log-epochs';
import { type Columns, cellsOf, namesOf, rowsOf } from '../projections/projection';
import { consumeReports } from '../runtime/read-messages';

const COLUMNS: Columns<ChainHeadV1> = {
  chain: ['text', (head) => head.chain],
  latest: ['bigint', (head) => head.latest],
  matched: ['bigint', (head) => head.matched],
  finalized: ['bigint', (head) => head.finalized],
  state: ['text', (head) => head.state],
  detail: ['text', (head) => head.detail],
  observed_at: ['timestamptz', (head) => head.observedAt],
  addresses_through: ['numeric', (head) => head.addressesThrough ?? null],
  paused: ['jsonb', ({ paused = null }) => paused && JSON.stringify(paused)],
  quarantine: ['jsonb', (head) => JSON.stringify(head.quarantine ?? [])],
  watch: ['jsonb', (head) => (head.watch ? JSON.stringify(head.watch) : null)],
};

const UPSERT = `
  INSERT INTO ledger.chain_head AS h (${namesOf(COLUMNS)})
  SELECT * FROM ${rowsOf('r', COLUMNS)}
  ON CONFLICT (chain) DO UPDATE SET
  ${Object.keys(COLUMNS)
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')}
    WHERE h.observed_at <= excluded.observed_at`;

/** Stores the last report of every watcher. */
export function consumeChainHeads(
  log: DurableLog,
  dataSource: DataSource,
): Promise<RunningSubscription> {
  return consumeReports(log, {
    topic: TOPICS.chainHead,
    parse: parseChainHead,
    async store(reports) {
      const latest = new Map(reports.map((report) => [report.chain, report]));
      if (latest.size === 0) return;
      await dataSource.query(UPSERT, cellsOf(COLUMNS, [...latest.values()]));
    },
  });
}

/** A watcher reports every ten seconds at least. One that has not for longer than this is silent. */
export const REPORT_SECONDS_MAX = 60;

/** How long ago a watcher reported. `now` in Unix milliseconds. */
export function secondsSinceReport({ observedAt }: ChainHeadV1, now: number): number {
  return Math.max(0, Math.round((now - Date.parse(observedAt)) / 1_000));
}

/**
 * What a watcher reported of its chain; `silent` if that is old, because nobody knows then whether it is still true. A
 * paused chain is reported as stalled, for older ledgers.
 */
export function watchStateOf(
  head: ChainHeadV1,
  now: number,
): ChainHeadV1['state'] | 'paused' | 'silent' {
  if (secondsSinceReport(head, now) > REPORT_SECONDS_MAX) return 'silent';
  return (head.paused ?? null) === null ? head.state : 'paused';
}

/** The last reports of the watchers, by chain; a chain without a watcher has none. */
export class ListChainHeads extends Query<readonly ChainHeadV1[]> {}

// Block numbers are far below 2^53, so a float8 holds them exactly and the driver returns a number.
const LIST = `
  SELECT chain, latest::float8, matched::float8, finalized::float8, state, detail,
         observed_at AS "observedAt", addresses_through AS "addressesThrough", paused,
         quarantine, watch
    FROM ledger.chain_head ORDER BY chain`;

type StoredHead = Omit<ChainHeadV1, 'observedAt' | 'watch'> & {
  readonly observedAt: Date;
  readonly watch: WatchDetailsV1 | null;
};

@QueryHandler(ListChainHeads)
export class ListChainHeadsHandler implements IQueryHandler<ListChainHeads> {
  constructor(private readonly dataSource: DataSource) {}

  async execute(): Promise<readonly ChainHeadV1[]> {
    const rows: StoredHead[] = await this.dataSource.query(LIST);
    return rows.map(({ watch, observedAt, addressesThrough, ...head }) => ({
      ...{ ...head, observedAt: observedAt.toISOString() },
      addressesThrough:
        addressesThrough == null ? null : String(positionOf(BigInt(addressesThrough))),
      ...(watch !== null && { watch }),
    }));
  }
}
