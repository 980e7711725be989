import { TOPICS } from '@daybook/contracts';
import type { DataSource } from 'typeorm';
import type { LedgerEnv } from '../ledger.env';

/** A consumer group of the durable log, and what its engine says about it without being a member. */
export interface ConsumerGroup {
  readonly topic: string;
  readonly group: string;
  /** Messages that wait; null on Kafka, where only members know. */
  readonly lag: bigint | null;
  /** Since when nothing was handled though something waits; null while nothing waits or nobody knows. */
  readonly waitingSince: Date | null;
}

const GROUPS = `
  SELECT t.name AS topic, c.group_name AS "group", w.lag, greatest(w.since, c.progressed_at) AS since
    FROM messaging.consumer c
    JOIN messaging.topic t USING (topic_id)
    CROSS JOIN LATERAL (
      SELECT count(*) AS lag, min(m.published_at) AS since
        FROM messaging.message m
       WHERE m.topic_id = c.topic_id AND m."offset" > c.position) AS w
   ORDER BY t.name, c.group_name`;

/** Every group that reads a topic, of the ledger and of the watchers. */
export async function consumerGroups(
  env: Pick<LedgerEnv, 'kafkaBrokers'>,
  dataSource: DataSource,
): Promise<readonly ConsumerGroup[]> {
  if (env.kafkaBrokers !== undefined) return knownGroups(dataSource);
  const rows: { topic: string; group: string; lag: string; since: Date | null }[] =
    await dataSource.query(GROUPS);
  return rows.map(({ topic, group, lag, since }) => ({
    ...{ topic, group, lag: BigInt(lag) },
    waitingSince: lag === '0' ? null : since,
  }));
}

/** On Kafka: the ledger's groups, and one of the watchers for each chain that ever reported. */
async function knownGroups(dataSource: DataSource): Promise<readonly ConsumerGroup[]> {
  const chains: { chain: string }[] = await dataSource.query(
    'SELECT chain FROM ledger.chain_head ORDER BY chain',
  );
  const groups = [
    { topic: TOPICS.chainHead, group: 'ledger' },
    ...chains.map(({ chain }) => ({ topic: TOPICS.purseAddress, group: `watcher-${chain}` })),
    { topic: TOPICS.transfer, group: 'ledger' },
    { topic: TOPICS.watchReport, group: 'ledger' },
    ...chains.map(({ chain }) => ({ topic: TOPICS.watchRequest, group: `watcher-${chain}` })),
  ];
  return groups.map((group) => ({ ...group, lag: null, waitingSince: null }));
}
