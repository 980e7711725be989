import {
  parseWatchReport,
  TOPICS,
  type WatchReportV1,
  type WatchRequestV1,
} from '@daybook/contracts';
import {
  type EventStore,
  historyIfWhole,
  type LogIdentity,
  type RecordedEvent,
} from '@daybook/event-store';
import type { DurableLog, Message, RunningSubscription } from '@daybook/messaging';
import type { DataSource } from 'typeorm';
import { eventMessage } from '../events';
import { consumeReports } from '../runtime/read-messages';
import { sandboxMessage } from '../sandbox';
import { keepLookUps } from '../transactions';
import { requestedIn } from './watch-requests';

/**
 * Publishes requests and cancellations to the watchers. Each message has the whole request as it is now, so
 * a repeated message does no harm. The checkpoint is stored after the acknowledgement.
 */
export async function publishWatchRequests(
  store: EventStore,
  log: DurableLog,
  events: readonly RecordedEvent[],
): Promise<void> {
  const messages: Message[] = [];
  const requests = events.filter(({ stream }) => isRequest(stream));
  const histories = await store.readStreams(requests.map(({ stream }) => ({ stream })));
  for (const recorded of requests) {
    // A request of which events are gone is reported, and holds back no other one.
    const history = historyIfWhole(histories, recorded.stream);
    if (history.length === 0) continue;
    const toMessage = recorded.stream.startsWith('sandbox-') ? sandboxMessage : messageOf;
    messages.push(toMessage(recorded, history, store.identity));
  }
  if (messages.length > 0) await log.publish(TOPICS.watchRequest, messages);
}

function isRequest(stream: string): boolean {
  return stream.startsWith('watch-') || stream.startsWith('sandbox-');
}

function messageOf(
  recorded: RecordedEvent,
  history: readonly RecordedEvent[],
  log: LogIdentity | undefined,
): Message {
  const { id, chain, kind, from, to, blocksMax, cancelledAt, ...request } = requestedIn(history);
  const { transaction, reason, requestedBy, requestedAt } = request;
  const value: WatchRequestV1 = {
    ...{ requestId: id, chain, kind, from, to, blocksMax, isCancelled: cancelledAt !== null },
    ...(transaction !== null && { transaction }),
    ...{ reason, requestedBy, requestedAt, position: recorded.position.toString() },
  };
  const type = 'daybook.WatchRequest.v1';
  return eventMessage(recorded, { topic: TOPICS.watchRequest, type, key: chain, log, value });
}

// A request that has ended stays ended, and of two reports on an open one the newer counts.
const UPSERT = `
  INSERT INTO ledger.watch_report AS r
    (request_id, state, from_block, to_block, blocks_left, found, versions, reason, observed_at, tx_hash)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  ON CONFLICT (request_id) DO UPDATE SET
    state = excluded.state, from_block = excluded.from_block, to_block = excluded.to_block,
    blocks_left = excluded.blocks_left, found = excluded.found, versions = excluded.versions,
    reason = excluded.reason, observed_at = excluded.observed_at, tx_hash = excluded.tx_hash
  WHERE r.observed_at <= excluded.observed_at AND r.state IN ('waiting', 'running')`;

/** Stores the last report on each request, and the answers to look-ups. */
export function consumeWatchReports(
  log: DurableLog,
  dataSource: DataSource,
): Promise<RunningSubscription> {
  return consumeReports(log, {
    topic: TOPICS.watchReport,
    parse: parseWatchReport,
    async store(reports) {
      await keepLookUps(dataSource, reports);
      // In order, because the first report that ends a request counts.
      for (const report of reports) {
        const isOfRequest = report.lookUp === undefined && report.balances === undefined;
        if (isOfRequest) await dataSource.query(UPSERT, valuesOf(report));
      }
    },
  });
}

function valuesOf(report: WatchReportV1): unknown[] {
  const { requestId, state, from, to, blocksLeft, found, versions, reason, observedAt } = report;
  const progress = [requestId, state, from, to, blocksLeft, found, versions, reason, observedAt];
  return [...progress, report.sandbox?.transaction ?? null];
}
