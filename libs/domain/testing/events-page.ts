import type { DomainEvent } from '../src';
import { EVENT_TYPES, type Golden, jsonType, leaves } from './golden';

/** What each event says, in one sentence. */
const EVENTS: Readonly<Record<DomainEvent['type'], string>> = {
  AccountOpened: 'An account was opened, with its policy.',
  ApiKeyIssued: 'A key of the account was issued; the key itself is known to its owner alone.',
  ApiKeyRevoked: 'The key opens nothing from now on, and is never issued again.',
  OperatorAdded: 'Somebody who runs Daybook was added.',
  OperatorKeyIssued: 'A key of the operator was issued; only its owner has the key itself.',
  OperatorKeyRevoked: 'The key opens nothing from now on, and is never issued again.',
  CustomerCreated: 'A customer of the account is known from now on.',
  CustomerUpdated: "The customer's description was replaced or removed.",
  CustomerBlocked:
    "What arrives from now on belongs to the account; the customer's addresses stay.",
  CustomerUnblocked: 'What arrives from now on belongs to the customer again.',
  PurseMinted: 'A customer has a permanent address on one family of chains.',
  PurseArchived: 'The purse is not to be used any more; what arrives still goes to suspense.',
  PurseRestored: 'An archived purse may be used again.',
  PurseDeclined: 'The purse is never to be used again, after a compliance decline.',
  ReplenishmentSeen: 'A transfer to a purse was sighted outside a block. Nothing is credited.',
  ReplenishmentDetected: 'A block holds the transfer. Nothing is credited yet.',
  ComplianceCheckStarted: 'The transfer is final and waits for the compliance decision.',
  ReplenishmentConfirmed: 'The transfer is final and credited.',
  ReplenishmentDeclined: 'Compliance declined the final transfer; its funds are held in suspense.',
  ReplenishmentReverted: 'No block holds the transfer any more; what was credited is taken back.',
  ReplenishmentDropped: 'The sighting ended without a block.',
  ReplenishmentRejected:
    'A block holds the transfer, but it is not credited, for the reason given.',
};

/** What each field means, wherever it occurs; `<Event>.<field>` where one event means its own. */
export const FIELDS: Readonly<Record<string, string>> = {
  accountId: 'The account that it belongs to.',
  customerId: 'The customer whose purse it is.',
  purseId: 'The purse whose address received the transfer.',
  replenishmentId: 'The replenishment whose decline it follows.',
  name: 'The name of the account.',
  'policy.screening': 'Whether a final transfer waits for a compliance decision.',
  keyId: 'The public part of the key, by which it is found and named.',
  keyHash: 'SHA-256 of the whole key, in hex.',
  scopes: 'What the key may do.',
  'ApiKeyIssued.name': 'What its owner calls it.',
  'OperatorAdded.name': 'The name of the operator.',
  'OperatorKeyIssued.name': 'What its owner calls it.',
  'OperatorKeyRevoked.reason': 'Kept as evidence.',
  expiresAt: 'RFC 3339, UTC. From then on it opens nothing; null when it lasts.',
  'ApiKeyRevoked.reason': 'Kept as evidence.',
  externalId: "The account's own id of its customer.",
  description: "The account's own words about its customer.",
  createdAt: 'RFC 3339, UTC.',
  mintedAt: 'RFC 3339, UTC.',
  family: 'The kind of chains on which the address is valid.',
  address: "The address, in the family's canonical form.",
  'derivation.xpubFingerprint': 'The extended public key that the address comes from.',
  'derivation.index': 'The child index under that key.',
  outsideOrderId: "The merchant's own order id, handed back with every replenishment.",
  version: "The version of the transfer's life that this event knows; it never goes back.",
  asset: 'CAIP-19.',
  amount: 'Base units, a decimal string.',
  'transfer.chain': 'CAIP-2.',
  'transfer.asset': 'CAIP-19; may be an asset that the registry does not know.',
  'transfer.amount': 'Base units, a decimal string.',
  'transfer.from': 'The sender.',
  'transfer.to': "The purse's address.",
  'transfer.txHash': 'The transaction.',
  'transfer.ordinal': 'Kind and place inside the transaction; the same in every block.',
  'block.number': 'The height of the block that holds the transfer.',
  'block.hash': 'The hash of that block.',
  'block.time': 'The time of that block: RFC 3339, UTC.',
  'finality.kind': 'Which policy made the transfer final.',
  'finality.confirmations': 'So many blocks, for `depth`.',
  'finality.tag': "The chain's own word, for `tag`.",
  credit: 'Null when nothing had been credited.',
  'credit.to': 'Who is credited.',
  'credit.reason': 'Why it is not the customer.',
  'ReplenishmentReverted.credit.to': 'Who was credited.',
  'ReplenishmentReverted.credit.reason': 'Why it was not the customer.',
  'CustomerBlocked.reason': 'Kept as evidence.',
  'CustomerUnblocked.reason': 'Kept as evidence.',
  'PurseArchived.reason': 'Why the purse was archived.',
  'ReplenishmentRejected.reason': 'The first reason that forbids a credit.',
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
    'Everything that can have happened, in the current version of each event. Events are plain JSON,' +
      ' never edited; amounts are decimal strings of base units, times are RFC 3339 in UTC.',
    'This page is made from `libs/domain/testing/golden` by `libs/domain/testing/events-page.ts`, and' +
      ' a test holds it true. After a change: `DAYBOOK_WRITE_DOCS=1 npx jest events-page`.',
    ['| event | stream | version | says |', '|---|---|---|---|', ...current.map(overview)].join(
      '\n',
    ),
    ...current.map(section),
  ]
    .join('\n\n')
    .concat('\n');
}

function overview({ type, stream, schemaVersion }: Golden): string {
  const link = `[${type}](#${type.toLowerCase()})`;
  return `| ${link} | \`${streamKind(stream)}-<id>\` | ${schemaVersion} | ${EVENTS[type]} |`;
}

function streamKind(stream: string): string {
  return stream.slice(0, stream.indexOf('-'));
}

function section(golden: Golden): string {
  const file = `${golden.type}@${golden.schemaVersion}.json`;
  return [
    `## ${golden.type}`,
    `${EVENTS[golden.type]} Whole examples: [${file}](../libs/domain/testing/golden/${file}).`,
    fieldsTable(golden),
  ].join('\n\n');
}

function fieldsTable({ type, examples }: Golden): string {
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
      return `| \`${path}\` | ${types}${always} | ${FIELDS[fieldKey(type, path)]} | ${shown(found)} |`;
    }),
  );
  return ['| field | JSON | means | examples |', '|---|---|---|---|', ...rows].join('\n');
}

/** Where `FIELDS` explains a field: under the event's own name of it, or under the common one. */
export function fieldKey(type: string, path: string): string {
  const own = `${type}.${path}`;
  return own in FIELDS ? own : path;
}

function shown(found: readonly unknown[]): string {
  const distinct = [...new Set(found.map((leaf) => `\`${JSON.stringify(leaf)}\``))];
  return distinct.slice(0, VALUES_SHOWN_MAX).join(', ');
}
