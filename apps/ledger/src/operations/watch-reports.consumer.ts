import { MalformedMessage, parseWatchReport, TOPICS, type WatchReportV1 } from '@daybook/contracts';
import type { DurableLog, RunningSubscription } from '@daybook/messaging';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { logPoison, readMessages } from '../runtime/read-messages';

const BATCH_MAX = 500;

// A request that has ended stays ended, and of two reports on an open one the newer counts.
const UPSERT = `
  INSERT INTO ledger.watch_report AS r
    (request_id, state, from_block, to_block, blocks_left, found, versions, reason, observed_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (request_id) DO UPDATE SET
    state = excluded.state, from_block = excluded.from_block, to_block = excluded.to_block,
    blocks_left = excluded.blocks_left, found = excluded.found, versions = excluded.versions,
    reason = excluded.reason, observed_at = excluded.observed_at
  WHERE r.observed_at <= excluded.observed_at AND r.state IN ('waiting', 'running')`;

const logger = new Logger('WatchReportsConsumer');

/** Keeps the last report on every request. A report that cannot be read parks its chain. */
export function consumeWatchReports(
  log: DurableLog,
  dataSource: DataSource,
): Promise<RunningSubscription> {
  return log.subscribe({
    topic: TOPICS.watchReport,
    group: 'ledger',
    limit: BATCH_MAX,
    async handle(messages) {
      const { read, poison } = readMessages(messages, parseStorable);
      // In order, so that of the reports on a request the first that ends it counts.
      for (const { content } of read) await dataSource.query(UPSERT, valuesOf(content));
      logPoison(poison);
      return poison;
    },
    onError: (error, attempt) => logger.error({ msg: 'watch reports not stored', attempt, error }),
  });
}

function valuesOf(report: WatchReportV1): readonly unknown[] {
  const { requestId, state, from, to, blocksLeft, found, versions, reason, observedAt } = report;
  return [requestId, state, from, to, blocksLeft, found, versions, reason, observedAt];
}

/** PostgreSQL can store neither a zero character nor a year before Christ. */
function parseStorable(value: string): WatchReportV1 {
  const report = parseWatchReport(value);
  if (report.reason?.includes('\0')) throw new MalformedMessage('Its reason has a zero character.');
  if (!(Date.parse(report.observedAt) > 0)) {
    throw new MalformedMessage(`${report.observedAt} is no time.`);
  }
  return report;
}
