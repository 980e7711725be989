import { TOPIC_SETTINGS, TOPICS } from '../src';

export type Topic = (typeof TOPICS)[keyof typeof TOPICS];
export type App = 'ledger' | 'chain-watcher';

/** Facts about a topic that its schema does not contain. */
export interface TopicNotes {
  readonly says: string;
  readonly writer: App;
  /** The apps that read it; others may read it as well. */
  readonly readers: readonly App[];
  readonly readBy: string;
  /** The content of the key, and a pattern that every key matches. */
  readonly key: string;
  readonly keyPattern: string;
  readonly order: string;
  readonly dedupe: string;
  readonly gap: string;
  /** The names of the CloudEvents types in the topic. */
  readonly types: string;
  /** The golden message that shows what the topic is about. */
  readonly sample: string;
}

const CAIP2 = '[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}';
const CAIP19 = `${CAIP2}/[-a-z0-9]{3,8}:[-.%a-zA-Z0-9]{1,128}(/[-.%a-zA-Z0-9]{1,78})?`;
const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ADDRESS = '[0-9A-Za-z]{1,100}';

export const DAY_MS = 24 * 3_600_000;

const LATEST_ONLY =
  'The newest message of each key, for ever; compaction removes older ones. Reading from the start ' +
  'gives the whole state. There are no tombstones, because no key is ever removed.';

export const TOPIC_NOTES: Readonly<Record<Topic, TopicNotes>> = {
  [TOPICS.transfer]: {
    says: 'Every version of a transfer to a watched address: seen, detected, final, reverted, dropped or failed.',
    writer: 'chain-watcher',
    readers: ['ledger'],
    readBy: 'the ledger, group `ledger`: it records replenishments',
    key: '`<chain>|<address that receives>`',
    keyPattern: `^${CAIP2}\\|${ADDRESS}$`,
    order: 'The versions of one transfer are in the order in which the watcher observed them.',
    dedupe:
      'The same `transferId` with a `version` that is not higher than the last one is a duplicate. That ' +
      'also covers two watchers of one chain.',
    gap: 'No check is needed: each version is complete, so the next one replaces any that was missed.',
    types: '`daybook.transfer.v1`',
    sample: 'final-by-depth',
  },
  [TOPICS.outflow]: {
    says: 'Every version of what leaves a watched address, no matter who sent it, and of what the chain charged that address: detected, final, reverted or failed.',
    writer: 'chain-watcher',
    readers: ['ledger'],
    readBy:
      'the ledger, group `ledger`: it books sweeps, movements between purses, network fees and what nobody planned',
    key: '`<chain>|<address that sends>`',
    keyPattern: `^${CAIP2}\\|${ADDRESS}$`,
    order: 'The versions of one outflow are in the order in which the watcher observed them.',
    dedupe:
      'The same `outflowId` with a `version` that is not higher than the last one is a duplicate. That ' +
      'also covers two watchers of one chain.',
    gap: 'No check is needed: each version is complete, so the next one replaces any that was missed.',
    types: '`daybook.outflow.v1`',
    sample: 'final-by-depth',
  },
  [TOPICS.purseAddress]: {
    says: 'Every minted address. Each must be watched for ever.',
    writer: 'ledger',
    readers: ['chain-watcher'],
    readBy: 'every chain-watcher, each from the start: it builds its table of addresses',
    key: '`<address>` in the canonical form of its family',
    keyPattern: `^${ADDRESS}$`,
    order:
      'One partition: addresses are in the order of their mints. A reader at a `position` has read every ' +
      'address that was minted before it.',
    dedupe: 'The key. A duplicate changes nothing.',
    gap: 'No check is needed: one partition, read from the start.',
    types: '`daybook.PurseAddress.v1`; of older ledgers `daybook.purse-address.v1`',
    sample: 'evm',
  },
  [TOPICS.ledgerEvent]: {
    says: 'The public events of the ledger, in order, with the figures of the purse after each. The events of a replenishment include the transfer, its block and the order id of the purse, so a reader needs no other source. Personal fields (external id, description, reasons of a block) are omitted; `GET /v1/events` has them.',
    writer: 'ledger',
    readers: [],
    readBy: 'analytics',
    key: "`<purse id>` for a purse and its replenishments, else the stream: `customer-<customer's id>`, or `log-identity` for the epochs of the log",
    keyPattern: `^(log-identity|([a-z_]+-)?${UUID})$`,
    order:
      'By position within a key. Between keys there is no order in Kafka; `position` gives one.',
    dedupe:
      '`id` (also `ce_id`), or cheaper: a `position` that is not higher than the last one of its key.',
    gap:
      'Keep the last `position` of each key. When `previousPosition` of the next event is another one, ' +
      'an event is missing: fetch it with `GET /v1/events?after=<position>` of its account, which has the same ids. ' +
      'Positions are not consecutive, so never count them. When `ce_log` changes, the log was restored: the event ' +
      '`LogEpochBegun`, whose `accountId` of zeros stands for every account, says up to which position earlier ' +
      'messages hold; what came after it is void.',
    types:
      '`daybook.<event>.v<version of its public data>`, such as `daybook.ReplenishmentConfirmed.v1`; a field ' +
      'that is added does not change the version',
    sample: 'replenishment-confirmed',
  },
  [TOPICS.balance]: {
    says: 'The latest figures of a purse in one asset: custody, claims and throughput.',
    writer: 'ledger',
    readers: [],
    readBy: 'analytics and caches that need the state and not its history',
    key: '`<purse id>/<asset>`',
    keyPattern: `^${UUID}/${CAIP19}$`,
    order: 'By position within a key and an epoch of the log (`ce_log`).',
    dedupe:
      'A `position` that is not higher than the last one of its key with the same `ce_log` is a duplicate. With another ' +
      '`ce_log` the message replaces the last one whatever its position: the log was restored, and the figures of purses of ' +
      'which it lost something are published again.',
    gap: 'No check is needed: a message replaces all earlier ones.',
    types: '`daybook.Balance.v1`',
    sample: 'of-the-customer',
  },
  [TOPICS.chainHead]: {
    says: 'The progress of each chain watcher, and the reason if it is stalled.',
    writer: 'chain-watcher',
    readers: ['ledger'],
    readBy: 'the ledger: it shows chains, and when an address is watched',
    key: '`<chain>`',
    keyPattern: `^${CAIP2}$`,
    order: 'By `observedAt` within a chain.',
    dedupe: 'The key: only the latest message counts.',
    gap: 'No check is needed: a message replaces all earlier ones.',
    types: '`daybook.chain-head.v1`',
    sample: 'following',
  },
  [TOPICS.watchRequest]: {
    says: 'What operators request of the watcher of a chain: a rescan, a ring reset, a pause, or the end of one. And what accounts ask: a look-up of a transaction, to match its block again, or a deposit on a development chain.',
    writer: 'ledger',
    readers: ['chain-watcher'],
    readBy:
      'the leading chain-watcher of each chain, group `watcher-<chain>`: it stores the request, or answers the look-up',
    key: '`<chain>`',
    keyPattern: `^${CAIP2}$`,
    order: 'By position within a chain.',
    dedupe:
      '`requestId`. A repetition changes nothing, and a request whose `isCancelled` was true stays cancelled.',
    gap: 'No check is needed: every message has the whole request.',
    types: '`daybook.WatchRequest.v1`',
    sample: 'rescan',
  },
  [TOPICS.watchReport]: {
    says: 'How far a watcher is with a request: every change of its state, and its progress once a second. And the answers to look-ups, and what became of deposits of the sandbox.',
    writer: 'chain-watcher',
    readers: ['ledger'],
    readBy: 'the ledger, group `ledger`: it shows requests to operators, and answers accounts',
    key: '`<chain>`',
    keyPattern: `^${CAIP2}$`,
    order: 'By `observedAt` within a request.',
    dedupe: 'A report whose `observedAt` is older than the last one of its `requestId` is ignored.',
    gap: 'No check is needed: a report replaces all before it.',
    types: '`daybook.watch-report.v1`',
    sample: 'running',
  },
};

/** How long messages are kept. */
export function keptOf(topic: Topic): string {
  const { retentionMs } = settingsOf(topic);
  if (retentionMs === null) return LATEST_ONLY;
  return (
    `${retentionMs / DAY_MS} days on Kafka, if Daybook created the topic (\`retention.ms\`; an operator may choose ` +
    'more). A reader loses what is deleted before it was read.'
  );
}

export function settingsOf(topic: Topic) {
  const settings = TOPIC_SETTINGS.find(({ name }) => name === topic);
  if (!settings) throw new Error(`${topic} has no settings.`);
  return settings;
}
