import { EVENT_TYPES, type Golden, jsonType, leaves } from './golden';

/** What each field means, unless the golden file of its event says otherwise. */
export const FIELDS: Readonly<Record<string, string>> = {
  accountId: 'The account that owns it.',
  customerId: 'The owner of the purse.',
  purseId: 'The purse that received the transfer.',
  replenishmentId: 'The replenishment that was declined.',
  name: 'The name of the account.',
  'policy.screening': 'Whether a final transfer waits for a compliance decision.',
  'purseExpiry.unusedDays':
    'Days after which a purse without any confirmed receipt expires; null for never.',
  'purseExpiry.idleDays':
    'Days after the last confirmed receipt after which a purse expires; null for never.',
  keyId: 'The public part of the key, which identifies it.',
  keyHash: 'SHA-256 of the whole key, in hex.',
  scopes: 'What the key may do.',
  topic: 'The topic of the durable log.',
  group: 'The consumer group for which the key is parked.',
  key: 'The key of the messages.',
  expiresAt: 'The key is refused from this time on; null for a key that does not expire.',
  externalId: "The merchant's own id of the customer. Personal.",
  description: "The merchant's own description of the customer. Personal.",
  externalIdHash:
    'HMAC-SHA256 of the id under the lookup key of the version before the dot; null for a customer of an earlier version.',
  email: 'Personal.',
  emailHash: 'The same of the e-mail address, trimmed and without case.',
  firstName: 'Personal.',
  lastName: 'Personal.',
  phone: 'Personal.',
  metadata: "Texts under the merchant's own names. Personal.",
  erasedAt: 'RFC 3339, UTC.',
  createdAt: 'RFC 3339, UTC.',
  mintedAt: 'RFC 3339, UTC.',
  family: 'The kind of chains on which the address is valid.',
  address: "The address, in the family's canonical form.",
  'derivation.xpubFingerprint': 'The extended public key that the address comes from.',
  'derivation.branch': 'The first part of its path below that key.',
  'derivation.index': 'The second part of its path below that key.',
  branch: 'The first part of the path of its addresses below the account key.',
  openedAt: 'RFC 3339, UTC.',
  assignedAt: 'RFC 3339, UTC.',
  outsideOrderId:
    "The merchant's own order id of the purse, as it was when the transfer was first observed.",
  version: "The version of the transfer's report that led to the event. It never decreases.",
  asset: 'CAIP-19.',
  currency: 'The short code that clients use.',
  decimals: 'How many digits of an amount in base units stand behind the point.',
  amount: 'Base units, a decimal string.',
  'transfer.chain': 'CAIP-2.',
  'transfer.asset': 'CAIP-19; may be an asset that the registry does not know.',
  'transfer.amount': 'Base units, a decimal string.',
  'transfer.netted':
    'How much of it does not count: what left the same address again in the same transaction, and `transfer.unbacked`. Absent when all of it counts.',
  'transfer.unbacked':
    'How much of `transfer.netted` did not arrive: the token is credited by balance, and that shows less than the log says. Absent when nothing is missing.',
  'transfer.unreadable':
    "Present when the token's log cannot be read as a transfer; the amount is 0 then.",
  'transfer.from': 'The sender.',
  'transfer.to': "The purse's address.",
  'transfer.txHash':
    'The transaction; null for what none moved, such as a withdrawal of a validator.',
  'transfer.ordinal': 'Kind and place inside the transaction; the same in every block.',
  block: 'Null when no block included the transfer.',
  'block.number': 'The height of the block that includes the transfer.',
  'block.hash': 'The hash of that block.',
  'block.time': 'The time of that block: RFC 3339, UTC.',
  'finality.kind': 'The kind of finality policy that was applied.',
  'finality.confirmations': 'The number of blocks, for `depth`.',
  'finality.tag': 'The block tag, for `tag`.',
  outflowId: 'Chain, transaction and place inside the transaction, as the watcher reports it.',
  use: '`sweep`, `internal` (to another purse of the account), `network-fee` or `unplanned`.',
  'outflow.chain': 'CAIP-2.',
  'outflow.asset': 'CAIP-19; may be an asset that the registry does not know.',
  'outflow.amount': 'Base units, a decimal string.',
  'outflow.netted':
    'How much of it arrived at the same address in the same transaction, so that it counts less by this. Absent when nothing did.',
  'outflow.from': "The purse's address.",
  'outflow.to': 'The receiver; null for a fee.',
  'outflow.txHash': 'The transaction.',
  'outflow.ordinal':
    'Kind and place inside the transaction; `fee:0` is what it cost its sender, whether or not it succeeded.',
  'sweep.outflowId': 'The sweep that completed it.',
  'sweep.txHash': 'Its transaction.',
  belowMinimum: 'Present when it is below the minimum of its asset, and held if it is approved.',
  heldFor: 'Why it was held.',
  'sum.first': 'The oldest part of the sum that reached the minimum: its release came first.',
  'sum.amount': 'Base units: what the parts add up to.',
  'sum.count': 'The number of parts.',
  'sum.parts':
    'The ids of all parts, oldest first. Of more than 100, the event of the first part alone has them.',
  'act.reason': 'Why the operator released it; kept as evidence. For the account only.',
  'act.reference': "The operator's own name for the act. For the account only.",
  credit: 'Null when nothing had been credited.',
  'credit.to': 'Who is credited.',
  'credit.reason': 'Why it is not the customer.',
};

/** How many values of a field the page shows; the enumerations of today have at most five. */
const VALUES_SHOWN_MAX = 5;

/** `docs/events.md`: every event with its stream and its fields with examples, from the golden files. */
export function eventsPage(golden: ReadonlyMap<string, Golden>): string {
  const current = EVENT_TYPES.map(([type, version]) => {
    const file = golden.get(`${type}@${version}.json`);
    if (file === undefined) throw new Error(`${type}@${version}.json is missing.`);
    return file;
  });
  return [
    '# Events',
    'Every event that the ledger stores, in the current version of its shape. Events are plain JSON and' +
      ' are never edited. Amounts are decimal strings of base units; times are RFC 3339 in UTC.',
    'Clients see a public form of these events: `libs/domain/src/events.ts` lists the' +
      ' fields that are public, and to whom. Version 1 of the events of a replenishment lacks' +
      ' `transfer`, `block` or `outsideOrderId`; the public form adds them from the stream.',
    'Personal fields are stored sealed: `sealed.1.<key>.<iv>.<data>`, AES-256-GCM under a key of the' +
      ' customer, which an erasure deletes ([vault.md](vault.md)).',
    '`libs/domain/testing/events-page.ts` generates this page from `libs/domain/testing/golden`, and a' +
      ' test compares the two. After a change, run `DAYBOOK_WRITE_DOCS=1 npx jest events-page`.',
    ['| event | stream | version | says |', '|---|---|---|---|', ...current.map(overview)].join(
      '\n',
    ),
    ...current.map(section),
  ]
    .join('\n\n')
    .concat('\n');
}

function overview({ type, stream, schemaVersion, says }: Golden): string {
  const link = `[${type}](#${type.toLowerCase()})`;
  return `| ${link} | \`${streamKind(stream)}-<id>\` | ${schemaVersion} | ${says} |`;
}

function streamKind(stream: string): string {
  return stream.slice(0, stream.indexOf('-'));
}

function section(golden: Golden): string {
  const file = `${golden.type}@${golden.schemaVersion}.json`;
  return [
    `## ${golden.type}`,
    `${golden.says} Whole examples: [${file}](../libs/domain/testing/golden/${file}).`,
    fieldsTable(golden),
  ].join('\n\n');
}

function fieldsTable(golden: Golden): string {
  const { examples } = golden;
  // By top-level field first, so that the forms of one object stand together.
  const values = new Map<string, Map<string, unknown[]>>();
  for (const [path, leaf] of examples.flatMap((example) => leaves(example))) {
    const top = path.split('.', 1).join();
    const fields = values.get(top) ?? new Map<string, unknown[]>();
    values.set(top, fields.set(path, [...(fields.get(path) ?? []), leaf]));
  }
  if (values.size === 0) return 'No fields.';
  const rows = [...values.values()].flatMap((fields) =>
    [...fields].map(([path, found]) => {
      const types = [...new Set(found.map(jsonType))].join(' or ');
      const always = found.length === examples.length ? '' : ', or absent';
      return `| \`${path}\` | ${types}${always} | ${meaningOf(golden, path)} | ${shown(found)} |`;
    }),
  );
  return ['| field | JSON | means | examples |', '|---|---|---|---|', ...rows].join('\n');
}

export function meaningOf({ fields = {} }: Golden, path: string): string | undefined {
  return fields[path] ?? FIELDS[path];
}

function shown(found: readonly unknown[]): string {
  const distinct = [...new Set(found.map((leaf) => `\`${JSON.stringify(leaf)}\``))];
  // A bar would end the cell of the table, even within code.
  return distinct.slice(0, VALUES_SHOWN_MAX).join(', ').replaceAll('|', '\\|');
}
