import { type ChainHeadV1, MalformedMessage, parseChainHead, TOPICS } from '@daybook/contracts';
import { DurableLog, type RunningSubscription } from '@daybook/messaging';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Columns, cellsOf, namesOf, rowsOf } from '../projections/projection';
import { logPoison, readMessages } from '../runtime/read-messages';

const BATCH_MAX = 500;

const COLUMNS: Columns<ChainHeadV1> = {
  chain: ['text', (h) => h.chain],
  latest: ['bigint', (h) => h.latest],
  matched: ['bigint', (h) => h.matched],
  finalized: ['bigint', (h) => h.finalized],
  state: ['text', (h) => h.state],
  detail: ['text', (h) => h.detail],
  observed_at: ['timestamptz', (h) => h.observedAt],
  addresses_through: ['numeric', (h) => h.addressesThrough ?? null],
};

const UPSERT = `
  INSERT INTO ledger.chain_head AS h (${namesOf(COLUMNS)})
  SELECT * FROM ${rowsOf('r', COLUMNS)}
  ON CONFLICT (chain) DO UPDATE SET
    latest = excluded.latest, matched = excluded.matched, finalized = excluded.finalized,
    state = excluded.state, detail = excluded.detail, observed_at = excluded.observed_at,
    addresses_through = excluded.addresses_through
    WHERE h.observed_at <= excluded.observed_at`;

const logger = new Logger('ChainHeadsConsumer');

/** Keeps the latest word of every watcher. One that says nothing parks its chain. */
export function consumeChainHeads(
  log: DurableLog,
  dataSource: DataSource,
): Promise<RunningSubscription> {
  return log.subscribe({
    topic: TOPICS.chainHead,
    group: 'ledger',
    limit: BATCH_MAX,
    async handle(messages) {
      const { read, poison } = readMessages(messages, parseStorable);
      const latest = new Map(read.map(({ content }) => [content.chain, content]));
      if (latest.size > 0) {
        await dataSource.query(UPSERT, cellsOf(COLUMNS, [...latest.values()]));
      }
      logPoison(poison);
      return poison;
    },
    onError: (error, attempt) => logger.error({ msg: 'chain heads not stored', attempt, error }),
  });
}

/** What PostgreSQL has no place for could never be stored: a zero character, a year before Christ. */
function parseStorable(value: string): ChainHeadV1 {
  const head = parseChainHead(value);
  const { detail, observedAt } = head;
  if (detail?.includes('\0')) throw new MalformedMessage('Its detail has a zero character.');
  if (!(Date.parse(observedAt) > 0)) throw new MalformedMessage(`${observedAt} is no time.`);
  return head;
}
