import {
  ADDRESS_FORMS,
  deriveAddress,
  displayAddress,
  familyOfChain,
  readAddress,
  type Xpub,
} from '@daybook/chains';
import {
  type DomainEvent,
  type Family,
  type PurseEvent,
  streamName,
  upcast,
} from '@daybook/domain';
import { type EventStore, eventsOf } from '@daybook/event-store';
import colors from 'picocolors';
import { withClient } from '../cli/database';
import { EXIT, Failure } from '../cli/exit-codes';
import { operate } from '../cli/operate';
import type { Operation } from '../cli/operation';
import { facts, table } from '../cli/output';
import { countingBar, grouped } from '../cli/progress';
import { pathOf, xpubsFor } from './derive';

/** Rows per query, and streams per read. */
const PAGE_MAX = 1_000;
/** Wrong rows that are listed; further ones are only counted. */
const LISTED_MAX = 100;
/** Indexes that are derived between two checks for an interrupt. */
const INDEXES_PER_TURN = 1_000;
/** Indexes behind the last purse of a branch that are searched too: of mints that failed after they had an address. */
const UNUSED_MAX = 1_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const PURSES =
  'SELECT id, account_id, customer_id, family, address, held_address, status, minted_at FROM ledger.purse';

interface CheckOptions {
  readonly data?: string | undefined;
  readonly xpub?: readonly string[] | undefined;
  readonly json?: boolean | undefined;
}

/** A row of `ledger.purse`, with the canonical form of its address. */
interface PurseRow {
  readonly id: string;
  readonly account_id: string;
  readonly customer_id: string;
  readonly family: Family;
  /** Null if it was given that of another purse, which is held then. */
  readonly address: string | null;
  readonly held_address: string | null;
  readonly status: string;
  readonly minted_at: Date;
}

/** What the event log gave to a purse last. */
type Given = Pick<Extract<PurseEvent, { type: 'PurseMinted' }>['data'], 'address' | 'derivation'>;

/** What a check of a row against the event log and the xpub can find. */
const DETAILS = {
  ours: 'It derives from the xpub.',
  'never-minted': 'The row of the purse is wrong: no such purse was minted.',
  'other-address': 'The row of the purse is wrong: the purse was minted with another address.',
  'shared-address': 'Another purse had it before. Give this one its own with "addresses assign".',
  'does-not-derive': 'The row or the event log is wrong: the xpub gives another address.',
  'other-xpub': 'It was minted with another xpub. Name that one with --xpub to check it.',
} as const;

function checkRow(row: PurseRow, given: Given | undefined, xpubs: readonly Xpub[]) {
  if (given === undefined) return 'never-minted';
  if (given.address !== addressOf(row)) return 'other-address';
  if (row.address === null) return 'shared-address';
  const { xpubFingerprint, ...path } = given.derivation;
  const xpub = xpubs.find(
    ({ family, fingerprint }) => family === row.family && fingerprint === xpubFingerprint,
  );
  if (xpub === undefined) return 'other-xpub';
  return deriveAddress(xpub, path) === row.address ? 'ours' : 'does-not-derive';
}

function addressOf({ address, held_address }: PurseRow): string {
  return address ?? held_address ?? '';
}

/** Checks the address of every purse in the table against the event log and the xpub. */
export function checkAll({ xpub, ...options }: CheckOptions): Promise<void> {
  return operate(options, async (operation) => {
    const store = await operation.store();
    const xpubs = xpubsFor(operation, xpub);
    const alarms: { purseId: string; address: string; reason: string }[] = [];
    let [checked, otherXpub, wrong] = [0, 0, 0];
    await forEachPage(operation, async (rows) => {
      const given = await givenTo(store, rows);
      checked += rows.length;
      for (const row of rows) {
        const reason = checkRow(row, given.get(row.id), xpubs);
        if (reason === 'other-xpub') otherXpub += 1;
        if (reason === 'ours' || reason === 'other-xpub') continue;
        wrong += 1;
        const address = displayAddress(row.family, addressOf(row));
        if (alarms.length < LISTED_MAX) alarms.push({ purseId: row.id, address, reason });
      }
    });
    const right = checked - wrong - otherXpub;
    const rows = alarms.map(({ purseId, address, reason }) => [address, reason, purseId]);
    const others = ` ${grouped(otherXpub)} belong to another xpub: name it with --xpub.`;
    const summary = `${grouped(checked)} addresses checked, ${grouped(wrong)} wrong.`;
    const lines = [table(['address', 'fault', 'purse'], rows), summary];
    return {
      json: { checked, right, wrong, otherXpub, alarms },
      text: () => lines.filter(Boolean).join('\n') + (otherXpub > 0 ? others : ''),
      exitCode: right === checked ? EXIT.ok : EXIT.failed,
    };
  });
}

/** Reads the whole purse table in pages, and shows the progress. */
async function forEachPage(
  { env, signal }: Operation,
  work: (rows: readonly PurseRow[]) => Promise<void>,
): Promise<void> {
  const bar = countingBar('Checking', 'addresses');
  const page = `${PURSES} WHERE id > $1 ORDER BY id LIMIT ${PAGE_MAX}`;
  await withClient(env.databaseUrl, async (client) => {
    const counted = await client.query<{ count: string }>('SELECT count(*) FROM ledger.purse');
    const total = Number(counted.rows[0]?.count);
    let done = 0;
    for (let after: string | undefined = FIRST_ID; after !== undefined; ) {
      signal.throwIfAborted();
      const { rows }: { rows: PurseRow[] } = await client.query(page, [after]);
      after = rows.at(-1)?.id;
      await work(rows);
      done += rows.length;
      if (done > 0) bar.at(done, Math.max(total, done));
    }
  }).finally(bar.end);
}

/** The addresses of purses by their ids, according to the event log. */
async function givenTo(
  store: EventStore,
  purses: readonly PurseRow[],
): Promise<ReadonlyMap<string, Given>> {
  const streams = purses.map(({ id }) => ({ stream: streamName('purse', id) }));
  const histories = await store.readStreams(streams);
  const given = new Map<string, Given>();
  for (const { id } of purses) {
    for (const recorded of histories.get(streamName('purse', id)) ?? []) {
      const event = upcast(recorded);
      if (isGiving(event)) given.set(id, event.data);
    }
  }
  return given;
}

function isGiving(event: DomainEvent) {
  return event.type === 'PurseMinted' || event.type === 'PurseAddressAssigned';
}

/** Says whether an address is ours. The purse table alone is not believed. */
export function checkOne(given: string, { xpub, ...options }: CheckOptions): Promise<void> {
  return operate(options, async (operation) => {
    const place = readAddress(given);
    if (place === null) {
      const fault = `${given} is not an address, or its checksum is wrong.`;
      throw new Failure(`${fault} Copy it whole: ${ADDRESS_FORMS}.`, EXIT.usage);
    }
    const { family, address } = place;
    const store = await operation.store();
    const xpubs = xpubsFor(operation, xpub, [family]);
    const found = await withClient(operation.env.databaseUrl, async (client) => {
      const find = `${PURSES} WHERE address = $1 AND family = $2`;
      const [row] = (await client.query<PurseRow>(find, [address, family])).rows;
      if (row === undefined) return search(store, operation.signal, xpubs, address);
      const given = (await givenTo(store, [row])).get(row.id);
      const verdict = checkRow(row, given, xpubs);
      const isAlarm = verdict !== 'ours' && verdict !== 'other-xpub';
      const finding = isAlarm ? 'alarm' : verdict;
      return { finding, detail: DETAILS[verdict], row, derivation: given?.derivation };
    });
    const { finding, detail, row } = found;
    const { branch = null, index = null, xpubFingerprint = null } = found.derivation ?? {};
    const answer = {
      ...{ address: displayAddress(family, address), finding, detail, branch, index },
      ...{ path: found.derivation ? pathOf(found.derivation) : null, xpubFingerprint },
      purse: row && {
        ...{ id: row.id, accountId: row.account_id, customerId: row.customer_id },
        ...{ status: row.status, mintedAt: row.minted_at.toISOString() },
      },
      watchedOn: await watchedOn(operation, place),
    };
    const exitCode = finding === 'ours' ? EXIT.ok : EXIT.failed;
    const { path, purse, watchedOn: chains } = answer;
    const title = finding === 'ours' ? colors.green(finding) : colors.red(finding);
    const text = () =>
      [
        `${colors.bold(answer.address)}  ${title}`,
        `  ${detail}`,
        ...facts({
          path: path && `${path} below ${xpubFingerprint}`,
          purse: purse && `${purse.id}, ${purse.status}, minted ${purse.mintedAt}`,
          customer: purse?.customerId,
          account: purse?.accountId,
          'watched on': chains && (chains.join(', ') || 'no chain'),
        }),
      ].join('\n');
    return { json: answer, text, exitCode };
  });
}

/** Derives every address of every branch up to some behind the last purse, to find one of ours that no purse has. */
async function search(
  store: EventStore,
  signal: AbortSignal,
  xpubs: readonly Xpub[],
  address: string,
) {
  const counts = await countsOf(store, signal);
  const total = [...counts.values()].reduce((sum, each) => sum + each, 0);
  const bar = countingBar('Deriving', 'addresses');
  let done = 0;
  try {
    for (const [branch, count] of counts) {
      for (let index = 0; index < count; index++, done++) {
        if (done % INDEXES_PER_TURN === 0) {
          bar.at(done, total);
          await new Promise(setImmediate);
          signal.throwIfAborted();
        }
        const xpub = xpubs.find((each) => deriveAddress(each, { branch, index }) === address);
        if (xpub === undefined) continue;
        const detail =
          'It derives from the xpub, but no purse has it. What it receives is not credited.';
        const derivation = { branch, index, xpubFingerprint: xpub.fingerprint };
        return { finding: 'not-minted', detail, row: null, derivation };
      }
    }
  } finally {
    bar.end();
  }
  const detail = `No purse has it, and it derives from none of the first ${grouped(total)} paths of the ${grouped(counts.size)} branches.`;
  return { finding: 'not-ours', detail, row: null, derivation: undefined };
}

/** How many indexes of each branch are searched, from the event log. */
async function countsOf(
  store: EventStore,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>([[0, UNUSED_MAX]]);
  for await (const { events } of eventsOf(store, ['branch', 'purse'])) {
    signal.throwIfAborted();
    for (const event of events.map(upcast)) {
      if (event.type === 'AddressBranchOpened') counts.set(event.data.branch, UNUSED_MAX);
      if (!isGiving(event)) continue;
      const { branch, index } = event.data.derivation;
      counts.set(branch, Math.max(counts.get(branch) ?? 0, index + 1 + UNUSED_MAX));
    }
  }
  return counts;
}

/** The chains (CAIP-2) on which an address is watched; null if the watchers' database cannot be read. */
async function watchedOn(
  { installation: { watcherDatabaseUrl: url } }: Operation,
  { family, address }: { readonly family: Family; readonly address: string },
): Promise<readonly string[] | null> {
  if (url === undefined) return null;
  const sql = 'SELECT chain FROM watcher.address WHERE address = $1 ORDER BY chain';
  return withClient(url, (client) => client.query<{ chain: string }>(sql, [address])).then(
    ({ rows }) => rows.map(({ chain }) => chain).filter((chain) => familyOfChain(chain) === family),
    () => null,
  );
}
