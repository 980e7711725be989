import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { rebuild } from '@daybook/audit';
import type { Follower } from '@daybook/event-store';
import { surviveErrors } from '@daybook/platform/plain';
import { until } from '../../../test/dependencies';
import { AUDITED, READ_MODELS } from '../src/operations/read-models';
import { startProjector } from '../src/projections/projector';
import { type AuditLedger, numbersFrom, tellHistory } from './audit-history';
import { differencesIn, schemas, served } from './audit-tables';
import { toldAuditLedger } from './audit-told';
import type { RebuildProcess } from './rebuild.process';

let ledger: AuditLedger;
let projector: Follower;
let seed = 100;

beforeAll(async () => {
  ledger = await toldAuditLedger(150);
  projector = startProjector(ledger.store, ledger.dataSource, READ_MODELS);
  await caughtUp();
});

afterAll(async () => {
  await projector.stop();
  await ledger.close();
});

type Place = Pick<Required<RebuildProcess>, 'diesAt' | 'dies'>;

const LAST = 'SET LOCAL synchronous_commit = on';
const at = (dies: Place['dies'], ...diesAt: string[]): Place => ({ diesAt, dies });
const nth = (statement: string, n: number): string[] => Array.from({ length: n }, () => statement);

/** Each kind of step of a rebuild, in order: each leaves something else behind. */
const GROWING: readonly Place[] = [
  at('during', ...nth('CREATE UNLOGGED TABLE|CREATE TABLE', 4)),
  at('during', ...nth('INSERT INTO checkpoint', 3)),
  at('during', ...nth('^CREATE .*INDEX', 2)),
  at('after', ...nth('^ANALYZE', 5)),
  // With the locks under which rows are compared.
  at('during', ...nth('^DECLARE', 7)),
];
// One transaction moves all tables, so a place in it is like any other, and its end shows that it is one: what
// an earlier one had committed would be seen.
const SWAPPING = at('before', LAST, '^COMMIT');
const COMMITTING = at('during', LAST, '^COMMIT');
const SWAPPED = at('after', LAST, '^COMMIT');
/** Of kills at random moments: those at chosen places above have covered each kind of step. */
const ROUNDS = 2;

const titled = (places: readonly Place[]) =>
  places.map((place) => ({
    ...place,
    title: `${place.dies} ${place.diesAt.at(-1)} (${place.diesAt.length})`,
  }));

describe('a rebuild that is killed', () => {
  it.each(titled([...GROWING, SWAPPING]))(
    '$title leaves the old tables serving, under traffic',
    async ({ diesAt, dies }) => {
      const before = await served(ledger);
      // It gets further than the one before, whose leftovers it clears away.
      await killed({ does: 'rebuild', diesAt, dies });
      expect(await served(ledger)).toEqual(before);
      await servesOn();
    },
  );

  it('is followed by one that goes well', async () => {
    expect(await schemas(ledger)).toContain('ledger_shadow');
    // The same tables have served all the while: what any of those above had done to a row is found here.
    await nextGoesWell();
  });

  it.each(titled([COMMITTING]))(
    '$title leaves the old tables or the new ones',
    async ({ diesAt, dies }) => {
      const before = await served(ledger);
      await killed({ does: 'rebuild', diesAt, dies });
      await allOldOrAllNew(before);
      await servesWell();
    },
  );

  it.each(titled([SWAPPED]))(
    '$title leaves the new tables serving, and its certificate',
    async ({ diesAt, dies }) => {
      const before = await served(ledger);
      const count = await certificates();
      await killed({ does: 'rebuild', diesAt, dies });
      expect(await allOldOrAllNew(before)).toBe('new');
      expect(await certificates()).toBe(count + 1);
      await servesWell();
    },
  );

  it('at any moment leaves the old tables or the new ones, at one position', async () => {
    const number = numbersFrom(3);
    for (let round = 0; round < ROUNDS; round++) {
      const before = await served(ledger);
      const child = start({ does: 'rebuild' });
      const began = await Promise.race([
        until(async () => (await schemas(ledger)).includes('ledger_shadow'), { timeoutMs: 20_000 }),
        once(child, 'exit'),
      ]);
      // Any moment will do, also one that nobody thought of; so the kill waits for nothing in particular.
      if (began === undefined) await new Promise((go) => setTimeout(go, number(400)));
      const exit = child.exitCode === null ? once(child, 'exit') : null;
      child.kill('SIGKILL');
      await exit;
      await nobodyAudits();
      await allOldOrAllNew(before);
      await servesWell();
    }
    await nextGoesWell();
  });
});

describe('a roll back that is killed', () => {
  // Nothing is swapped before the last case, so each has the tables of before.
  beforeAll(nextGoesWell);

  it.each(titled([GROWING.at(-1) as Place, SWAPPING]))(
    '$title leaves the tables that served',
    async ({ diesAt, dies }) => {
      const before = await served(ledger);
      await killed({ does: 'roll back', diesAt, dies });
      expect(await served(ledger)).toEqual(before);
      await servesOn();
    },
  );

  it.each(titled([SWAPPED]))('$title leaves the tables of before', async ({ diesAt, dies }) => {
    const before = await served(ledger);
    await killed({ does: 'roll back', diesAt, dies });
    expect(await allOldOrAllNew(before)).toBe('new');
    await servesWell();
    await nextGoesWell();
  });
});

/** Runs it until it is killed, while the ledger is written to. */
async function killed(what: Omit<RebuildProcess, 'ownerUrl'>): Promise<void> {
  const child = start(what);
  const writing = tellHistory(ledger.store, seed++, 10);
  const [, signal] = await once(child, 'exit');
  await writing;
  expect(signal).toBe('SIGKILL');
  await nobodyAudits();
}

function start(what: Omit<RebuildProcess, 'ownerUrl'>): ChildProcess {
  const root = join(__dirname, '../../..');
  const process_: RebuildProcess = { ...what, ownerUrl: ledger.ownerUrl };
  return surviveErrors(
    spawn(
      process.execPath,
      [
        ...['-r', join(root, 'test/register.cjs'), join(__dirname, 'rebuild.process.ts')],
        JSON.stringify(process_),
      ],
      { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
    ),
  );
}

/** The server notices that nobody is there any more, and undoes what was open. */
function nobodyAudits(): Promise<void> {
  const audits = `SELECT 1 FROM pg_stat_activity
                   WHERE application_name = 'daybook-audit' AND datname = current_database()`;
  return until(async () => (await ledger.sql(audits)).length === 0);
}

/** Never some of both. */
async function allOldOrAllNew(before: readonly { oid: string }[]): Promise<'old' | 'new'> {
  const after = await served(ledger);
  const same = after.filter(({ oid }, i) => oid === before[i]?.oid).length;
  expect([0, after.length]).toContain(same);
  return same === 0 ? 'new' : 'old';
}

async function caughtUp(): Promise<void> {
  expect(await projector.waitFor(await ledger.store.head(), 20_000)).toBe(true);
}

/** The projector goes on with whichever tables serve. */
async function servesOn(): Promise<void> {
  await tellHistory(ledger.store, seed++, 5);
  await caughtUp();
}

/** It does, and every row is as the log says. */
async function servesWell(): Promise<void> {
  await servesOn();
  expect(await differencesIn(ledger)).toEqual([]);
}

/** The next rebuild clears away what was left, and finds every row that serves as the log says. */
async function nextGoesWell(): Promise<void> {
  const { store, ownerUrl } = ledger;
  const { certificate } = await rebuild({
    ...AUDITED,
    store,
    ownerUrl,
    readModel: 'all',
    actor: 'test',
  });
  expect(certificate).toMatchObject({ outcome: 'swapped', differences: 0 });
  expect(await schemas(ledger)).toEqual(['ledger', 'ledger_before']);
}

async function certificates(): Promise<number> {
  return (await ledger.sql('SELECT id FROM ledger.rebuild')).length;
}
