import { TOPIC_SETTINGS, TOPICS } from '../src';

export type Topic = (typeof TOPICS)[keyof typeof TOPICS];
export type App = 'ledger' | 'chain-watcher';

/** What people have to know of a topic and no schema says. */
export interface TopicNotes {
  readonly says: string;
  readonly writer: App;
  /** Of the two apps; anybody else may read as well. */
  readonly readers: readonly App[];
  readonly readBy: string;
  /** What the key is made of, and a pattern that every key follows. */
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
  'The newest message of each key for ever; older ones go when the log is compacted. Reading from the ' +
  'start gives the whole state. Nothing is ever taken back, so there are no tombstones.';

export const TOPIC_NOTES: Readonly<Record<Topic, TopicNotes>> = {
  [TOPICS.transfer]: {
    says: 'Every version of the life of a transfer to a watched address, as its chain shows it.',
    writer: 'chain-watcher',
    readers: ['ledger'],
    readBy: 'the ledger, group `ledger`: it records replenishments',
    key: '`<chain>|<address that receives>`',
    keyPattern: `^${CAIP2}\\|${ADDRESS}$`,
    order: 'Versions of one transfer come in the order in which the watcher saw them.',
    dedupe:
      'The same `transferId` with a `version` that is not higher than the one you know is a repetition. ' +
      'That also covers two watchers of one chain.',
    gap:
      'None to look for: each version says all there is to know of the transfer, so the next one heals ' +
      'whatever was missed.',
    types: '`daybook.transfer.v1`',
    sample: 'final-by-depth',
  },
  [TOPICS.purseAddress]: {
    says: 'Every address that was ever minted. It must be watched for ever.',
    writer: 'ledger',
    readers: ['chain-watcher'],
    readBy: 'every chain-watcher, each from the start: it builds its table of addresses',
    key: '`<address>` in the canonical form of its family',
    keyPattern: `^${ADDRESS}$`,
    order:
      'One partition: addresses come in the order of their mints. Who has come to a `position` knows ' +
      'every address that was minted before it.',
    dedupe: 'The key. A repetition changes nothing.',
    gap: 'None to look for: one partition, read from the start.',
    types: '`daybook.PurseAddress.v1`; of older ledgers `daybook.purse-address.v1`',
    sample: 'evm',
  },
  [TOPICS.ledgerEvent]: {
    says: 'What happened in the ledger, in order, with the figures of the purse right after it.',
    writer: 'ledger',
    readers: [],
    readBy: 'analytics: whoever wants to count for themselves',
    key: "`<purse id>` for a purse and its replenishments, else the stream: `customer-<customer's id>`",
    keyPattern: `^([a-z]+-)?${UUID}$`,
    order:
      'By position within a key. Between keys there is no order in Kafka; `position` gives one.',
    dedupe:
      '`id` (also `ce_id`), or cheaper: a `position` that is not higher than the last one of its key.',
    gap:
      'Keep the last `position` of each key. When `previousPosition` of the next event is not that ' +
      'position, something is missing: fetch it with `GET /v1/events?after=<position>` of its account, which has the ' +
      'same ids. Positions themselves have gaps, so never count them.',
    types: '`daybook.<event>.v<version of its data>`, such as `daybook.ReplenishmentConfirmed.v1`',
    sample: 'replenishment-confirmed',
  },
  [TOPICS.balance]: {
    says: 'What a purse holds and has ever received of one asset: the latest figures.',
    writer: 'ledger',
    readers: [],
    readBy: 'analytics and caches that want state, not history',
    key: '`<purse id>/<asset>`',
    keyPattern: `^${UUID}/${CAIP19}$`,
    order: 'By position within a key.',
    dedupe: 'A `position` that is not higher than the one at hand is a repetition.',
    gap: 'None to look for: a message replaces all before it.',
    types: '`daybook.Balance.v1`',
    sample: 'of-the-customer',
  },
  [TOPICS.chainHead]: {
    says: 'How far each chain is watched, and what keeps its watcher when it stands still.',
    writer: 'chain-watcher',
    readers: ['ledger'],
    readBy: 'the ledger: it shows chains, and when an address is watched',
    key: '`<chain>`',
    keyPattern: `^${CAIP2}$`,
    order: 'By `observedAt` within a chain.',
    dedupe: 'The key: only the latest counts.',
    gap: 'None to look for: a message replaces all before it.',
    types: '`daybook.chain-head.v1`',
    sample: 'following',
  },
};

/** How long messages are kept. */
export function keptOf(topic: Topic): string {
  const { retentionMs } = settingsOf(topic);
  if (retentionMs === null) return LATEST_ONLY;
  return (
    `${retentionMs / DAY_MS} days on Kafka, where Daybook made the topic (\`retention.ms\`; whoever runs the broker may choose ` +
    'more). What is deleted before a reader came to it is lost to that reader.'
  );
}

export function settingsOf(topic: Topic) {
  const settings = TOPIC_SETTINGS.find(({ name }) => name === topic);
  if (!settings) throw new Error(`${topic} has no settings.`);
  return settings;
}
