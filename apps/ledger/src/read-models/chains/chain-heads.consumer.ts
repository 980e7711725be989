import { type ChainHeadV1, parseChainHead, TOPICS } from '@daybook/contracts';
import { DurableLog, type RunningSubscription } from '@daybook/messaging';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { columns, rowsOf } from '../projection';

const BATCH_MAX = 500;

const UPSERT_COLUMNS = {
  chain: 'text',
  latest: 'bigint',
  matched: 'bigint',
  finalized: 'bigint',
  state: 'text',
  detail: 'text',
  observed_at: 'timestamptz',
};

const UPSERT = `
  INSERT INTO ledger.chain_head AS h
    (chain, latest, matched, finalized, state, detail, observed_at)
  SELECT * FROM ${rowsOf('r', UPSERT_COLUMNS)}
  ON CONFLICT (chain) DO UPDATE SET
    latest = excluded.latest, matched = excluded.matched, finalized = excluded.finalized,
    state = excluded.state, detail = excluded.detail, observed_at = excluded.observed_at
    WHERE h.observed_at <= excluded.observed_at`;

const logger = new Logger('ChainHeadsConsumer');

/** Keeps the latest word of every watcher. */
export function consumeChainHeads(
  log: DurableLog,
  dataSource: DataSource,
): Promise<RunningSubscription> {
  return log.subscribe({
    topic: TOPICS.chainHead,
    group: 'ledger',
    limit: BATCH_MAX,
    async handle(messages) {
      const latest = new Map<string, ChainHeadV1>();
      for (const { value } of messages) {
        const head = parseChainHead(value);
        latest.set(head.chain, head);
      }
      await dataSource.query(
        UPSERT,
        columns(
          [...latest.values()],
          (h) => h.chain,
          (h) => h.latest,
          (h) => h.matched,
          (h) => h.finalized,
          (h) => h.state,
          (h) => h.detail,
          (h) => h.observedAt,
        ),
      );
    },
    onError: (error, attempt) => logger.error({ msg: 'chain heads not stored', attempt, error }),
  });
}
