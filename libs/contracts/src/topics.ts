export const TOPICS = {
  transfer: 'daybook.transfer.v1',
  outflow: 'daybook.outflow.v1',
  purseAddress: 'daybook.purse-address.v1',
  ledgerEvent: 'daybook.ledger-event.v1',
  balance: 'daybook.balance.v1',
  chainHead: 'daybook.chain-head.v1',
  watchRequest: 'daybook.watch-request.v1',
  watchReport: 'daybook.watch-report.v1',
} as const;

/** Longer than any outage of a consumer. A consumer loses messages that are deleted before it reads them. */
const RETENTION_MS = 30 * 24 * 3_600_000;

/**
 * The settings of the topics on a broker. A topic without a retention is compacted. Addresses have one
 * partition, so a watcher that has read a message has read every address minted before it.
 */
export const TOPIC_SETTINGS = [
  { name: TOPICS.transfer, partitions: 12, retentionMs: RETENTION_MS },
  { name: TOPICS.outflow, partitions: 12, retentionMs: RETENTION_MS },
  { name: TOPICS.purseAddress, partitions: 1, retentionMs: null },
  { name: TOPICS.ledgerEvent, partitions: 12, retentionMs: RETENTION_MS },
  { name: TOPICS.balance, partitions: 12, retentionMs: null },
  { name: TOPICS.chainHead, partitions: 1, retentionMs: null },
  { name: TOPICS.watchRequest, partitions: 1, retentionMs: RETENTION_MS },
  { name: TOPICS.watchReport, partitions: 1, retentionMs: RETENTION_MS },
] as const;
