import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compare, type ReplayOptions, type ReplayReport, replay } from '@daybook/audit';
import { PostgresEventStore, type RecordedEvent } from '@daybook/event-store';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { migrate } from '../src/migrate';
import { AUDITED } from '../src/operations/read-models';
import { type AuditLedger, freshAuditLedger } from './audit-history';
import { toldAuditLedger } from './audit-told';

let ledger: AuditLedger;
let log: readonly RecordedEvent[];

beforeAll(async () => {
  ledger = await toldAuditLedger(150);
  log = (await ledger.store.readAll({ after: 0n, limit: 10_000 })).events;
});

afterAll(() => ledger.close());

const replayNow = (options: Partial<ReplayOptions> = {}): Promise<ReplayReport> =>
  replay({ ...AUDITED, store: ledger.store, databaseUrl: ledger.ownerUrl, ...options });

describe('the state hash', () => {
  it('is the same however the log is cut into pages', async () => {
    const { stateHash, tables } = await replayNow();
    expect(stateHash).toMatch(/^[0-9a-f]{64}$/);
    for (const pageEvents of [1, 7]) {
      expect(await replayNow({ pageEvents })).toMatchObject({ stateHash, tables });
    }
  });

  it('is the same of a copied log in a database of another locale, time zone and date style', async () => {
    const copy = await freshAuditLedger();
    try {
      const name = new URL(copy.ownerUrl).pathname.slice(1);
      await copy.sql(`ALTER DATABASE ${name} SET timezone = 'Asia/Kathmandu'`);
      await copy.sql(`ALTER DATABASE ${name} SET datestyle = 'German'`);
      await copy.sql(`ALTER DATABASE ${name} SET extra_float_digits = 0`);
      // Columns in another place, and text in another order, as another machine may have them.
      await copy.sql(`
        CREATE COLLATION backwards (provider = icu, locale = 'en-u-kf-upper');
        ALTER TABLE ledger.api_key ALTER COLUMN key_id TYPE text COLLATE backwards;
        ALTER TABLE ledger.customer ADD COLUMN moved text;
        UPDATE ledger.customer SET moved = description;
        ALTER TABLE ledger.customer DROP COLUMN description;
        ALTER TABLE ledger.customer RENAME COLUMN moved TO description`);
      await fill(copy.sql, log);
      const copied = await replay({ ...AUDITED, store: copy.store, databaseUrl: copy.ownerUrl });
      expect(copied.stateHash).toBe((await replayNow()).stateHash);
    } finally {
      await copy.close();
    }
  });

  it('is the same on machines of another language, time zone and version of Node', async () => {
    const name = `${new URL(ledger.ownerUrl).pathname.slice(1)}_tr`;
    await ledger.sql(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'
         LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C'`,
    );
    const url = new URL(ledger.ownerUrl);
    url.pathname = `/${name}`;
    const elsewhere = surviveErrors(new Client({ connectionString: url.href }));
    try {
      await migrate(url.href, new URL(ledger.url).username);
      await elsewhere.connect();
      await fill((text, values) => elsewhere.query(text, values), log);
      // Text is in another order there, as a row tells.
      const { rows } = await elsewhere.query(`SELECT 'i' < 'ı' AS less, upper('i') AS upper`);
      expect(rows).toEqual([{ less: false, upper: 'İ' }]);
      // All at once: what one of them changed would show.
      const hash = await hashIn(
        existsSync(PINNED_NODE) ? PINNED_NODE : process.execPath,
        url.href,
        {
          ...{ TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8', PGTZ: 'Asia/Kathmandu' },
        },
      );
      expect(hash).toBe((await replayNow()).stateHash);
    } finally {
      await elsewhere.end();
      await ledger.sql(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  });

  it('is another at another position', async () => {
    const head = await ledger.store.head();
    const hashes = [head, head - 1n, 1n].map((position) => replayNow({ to: { position } }));
    expect(new Set((await Promise.all(hashes)).map(({ stateHash }) => stateHash)).size).toBe(3);
  });
});

describe('a replay', () => {
  it('reads only the event log: the result is the same without read models', async () => {
    const { stateHash, figures, trialBalance: balance } = await replayNow();
    const bare = await copyOf(log);
    const other = await freshAuditLedger();
    try {
      await bare.sql('DROP SCHEMA ledger CASCADE');
      const inMemory = await replay({ ...AUDITED, store: bare.store, databaseUrl: null });
      expect(inMemory).toMatchObject({ figures, trialBalance: balance });
      // Tables need to know their columns, which a database without any row tells as well.
      const intoTables = await replay({
        ...AUDITED,
        store: bare.store,
        databaseUrl: other.ownerUrl,
      });
      expect(intoTables.stateHash).toBe(stateHash);
      await expect(
        replay({ ...AUDITED, store: bare.store, databaseUrl: bare.ownerUrl }),
      ).rejects.toMatchObject({ code: 'not-migrated' });
    } finally {
      await bare.close();
      await other.close();
    }
  });

  it('needs, like a comparison, a role that reads, makes schemas and can change nothing', async () => {
    const role = 'daybook_auditor_test';
    const database = new URL(ledger.ownerUrl).pathname.slice(1);
    // As docs/audit.md says.
    await ledger.sql(`
      DO $$ BEGIN CREATE ROLE ${role} LOGIN PASSWORD '${role}';
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
      GRANT USAGE ON SCHEMA event_store, ledger TO ${role};
      GRANT SELECT ON ALL TABLES IN SCHEMA event_store, ledger TO ${role};
      GRANT CREATE ON DATABASE ${database} TO ${role}`);
    const url = new URL(ledger.ownerUrl);
    [url.username, url.password] = [role, role];
    const store = new PostgresEventStore(url.href);
    const auditor = surviveErrors(new Client({ connectionString: url.href }));
    await auditor.connect();
    try {
      const { stateHash } = await replay({ ...AUDITED, store, databaseUrl: url.href });
      expect(stateHash).toBe((await replayNow()).stateHash);
      const compared = await compare({ ...AUDITED, store, liveUrl: url.href });
      expect(compared).toMatchObject({ stateHash, differences: [], exitCode: 0 });
      for (const change of [
        `UPDATE ledger.customer SET status = 'active'`,
        'DELETE FROM event_store.event',
        'DROP TABLE ledger.purse',
      ]) {
        await expect(auditor.query(change)).rejects.toMatchObject({ code: '42501' });
      }
    } finally {
      await auditor.end();
      await store.close();
      await ledger.sql(`DROP OWNED BY ${role}`);
    }
  });
});

const ROOT = join(__dirname, '../../..');
/** What `npm start` runs on, which may be another version than what runs this test. */
const PINNED_NODE = join(ROOT, 'node_modules/.bin/node');

async function hashIn(node: string, url: string, env: NodeJS.ProcessEnv): Promise<string> {
  const run = promisify(execFile);
  const { stdout } = await run(
    node,
    ['-r', join(ROOT, 'test/register.cjs'), join(__dirname, 'replay.process.ts'), url],
    { cwd: ROOT, env: { ...process.env, ...env } },
  );
  return stdout.trim();
}

/** A ledger with these events and no row in its read models. */
async function copyOf(events: readonly RecordedEvent[]): Promise<AuditLedger> {
  const copy = await freshAuditLedger();
  await fill(copy.sql, events);
  return copy;
}

async function fill(
  sql: (text: string, values: string[]) => Promise<unknown>,
  events: readonly RecordedEvent[],
): Promise<void> {
  for (const e of events) {
    await sql(
      `INSERT INTO event_store.event
         (position, revision, recorded_at, event_id, stream_id, type, data, metadata)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        ...[e.position.toString(), e.revision.toString(), e.recordedAt, e.id, e.stream, e.type],
        ...[JSON.stringify(e.data), JSON.stringify(e.metadata)],
      ],
    );
  }
}
