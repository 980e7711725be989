import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOPICS } from '@daybook/contracts';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { TEST_USERS, urlAs, urlsOfTestUsers } from '../../../test/database-users';
import { freshDatabase, type TestDatabase } from '../../../test/dependencies';
import { DATABASE_ROLES, type DatabaseRole, LedgerEnv } from '../src/ledger.env';
import { migrate } from '../src/migrate';
import { READ_MODELS } from '../src/operations/read-models';
import { Databases } from '../src/runtime/databases';
import { PUBLISHED_TOPICS } from '../src/runtime/published-topics';
import { rolesPage, type TableRights } from './database-roles-page';

const PAGE = join(__dirname, '../../../docs/database-roles.md');

let database: TestDatabase;
let owner: Client;
const clients = new Map<DatabaseRole, Client>();

async function connect(url: string): Promise<Client> {
  const client = surviveErrors(new Client({ connectionString: url }));
  await client.connect();
  return client;
}

beforeAll(async () => {
  database = await freshDatabase();
  await migrate(database.url, TEST_USERS);
  owner = await connect(database.url);
  await owner.query(`INSERT INTO ledger.checkpoint (name) VALUES ('read-models'), ('relay')`);
  await owner.query(`INSERT INTO messaging.topic (name) SELECT unnest($1::text[])`, [
    Object.values(TOPICS),
  ]);
  for (const role of DATABASE_ROLES) clients.set(role, await connect(urlAs(role, database.url)));
});
afterAll(async () => {
  for (const client of [owner, ...clients.values()]) await client.end();
  await database.drop();
});

/** What no role may do. */
const FORBIDDEN = [
  'INSERT INTO event_store.event SELECT * FROM event_store.event',
  "UPDATE event_store.event SET data = '{}'",
  'DELETE FROM event_store.event',
  'TRUNCATE event_store.event',
  'SELECT FROM event_store.head FOR UPDATE',
  'UPDATE ledger.journal_line SET amount = 1',
  'DELETE FROM ledger.journal_line',
  'DELETE FROM ledger.api_key',
  'DELETE FROM ledger.purse',
  'TRUNCATE ledger.figures',
  'DELETE FROM messaging.message',
  "UPDATE messaging.message SET value = '{}'",
  `INSERT INTO messaging.message (topic_id, "offset", id, key, value, headers, published_at)
   VALUES (1, 1, 'a', 'a', 'a', '{}', now())`,
  `UPDATE messaging.topic SET name = '${TOPICS.transfer}'`,
  `INSERT INTO messaging.publisher (user_name, topic, app) VALUES (current_user, '${TOPICS.transfer}', 'ledger')`,
  "INSERT INTO ledger.migration (timestamp, name) VALUES (1, 'x')",
  'DELETE FROM ledger.rebuild',
  'DELETE FROM vault.erasure',
  'UPDATE vault.customer_key SET master_version = 1',
  'UPDATE vault.known_key SET version = 1',
  'CREATE TABLE ledger.mine (n int)',
  'CREATE TABLE event_store.mine (n int)',
  'CREATE SCHEMA mine',
  "CREATE FUNCTION ledger.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
  'ALTER TABLE ledger.purse ADD COLUMN mine int',
  'ALTER TABLE event_store.event DISABLE TRIGGER ALL',
  'DROP TRIGGER guard ON ledger.checkpoint',
  'DROP TABLE ledger.purse',
  'DROP FUNCTION event_store.append',
  'CREATE ROLE mine SUPERUSER',
  'SET ROLE postgres',
  "SET session_replication_role = 'replica'",
  "COPY ledger.purse TO PROGRAM 'true'",
];

/** What the projector alone may do. */
const OF_THE_PROJECTOR = [
  `INSERT INTO ledger.api_key (key_id, account_id, key_hash, scopes)
   VALUES ('forged01', gen_random_uuid(), '00', '{write}')`,
  'UPDATE ledger.api_key SET revoked = false',
  `INSERT INTO ledger.operator_key (key_id, operator_id, key_hash, scopes, revoked)
   VALUES ('forged01', gen_random_uuid(), '00', '{write}', false)`,
  'UPDATE ledger.figures SET custody = custody + 1',
  'UPDATE ledger.purse SET address = NULL',
  "UPDATE ledger.replenishment SET status = 'confirmed'",
  'UPDATE ledger.log_time SET position = 1',
  'UPDATE ledger.address_branch SET branch = 1',
  "UPDATE ledger.checkpoint SET position = 1000 WHERE name = 'read-models'",
  "UPDATE ledger.checkpoint SET name = 'read-models' WHERE name = 'relay'",
];

const asEach = (statements: readonly string[], roles: readonly DatabaseRole[]) =>
  roles.flatMap((role) => statements.map((statement) => [role, statement] as const));
const without = (...roles: DatabaseRole[]) => DATABASE_ROLES.filter((it) => !roles.includes(it));

describe('a role of the database', () => {
  it.each([
    ...asEach(FORBIDDEN, DATABASE_ROLES),
    ...asEach(OF_THE_PROJECTOR, without('projector')),
    ...asEach(
      ["SELECT event_store.append('{}', '{}', '{}', '{}', '{}', '{}', '{}')"],
      ['projector', 'relay'],
    ),
    ...asEach(['UPDATE ledger.relay_state SET position = 1'], without('relay')),
    ...asEach(
      [
        'SELECT FROM vault.customer_key',
        'DELETE FROM vault.customer_key',
        'SELECT FROM vault.erasure',
      ],
      without('api'),
    ),
    ...asEach(
      ['DELETE FROM ledger.due', 'UPDATE ledger.reaction SET name = name'],
      without('reactions'),
    ),
    ...asEach(['UPDATE ledger.chain_head SET latest = 1'], without('consumer')),
    ...asEach(
      ['UPDATE messaging.consumer SET position = 0', 'DELETE FROM messaging.parked_message'],
      without('consumer'),
    ),
    ...asEach(['DELETE FROM messaging.parked_key'], without('consumer')),
    ...asEach(
      ['UPDATE messaging.parked_key SET retry_requested_at = now()'],
      without('consumer', 'api'),
    ),
  ])('%s may not %s', async (role, statement) => {
    await expect(clients.get(role)?.query(statement)).rejects.toThrow(
      /permission denied|must be (owner|superuser)|Only roles with|only superuser/i,
    );
  });

  it.each(DATABASE_ROLES)('%s may publish to its own topics alone', async (role) => {
    const topics = Object.values(TOPICS);
    const published: string[] = [];
    for (const topic of topics) {
      const sql = `SELECT messaging.publish(
        (SELECT topic_id FROM messaging.topic WHERE name = $1), '{a}', '{a}', '{a}', '{a}')`;
      const error = await clients
        .get(role)
        ?.query(sql, [topic])
        .then(() => null, String);
      if (error === null) published.push(topic);
      else expect(error).toMatch(/permission denied/);
    }
    expect(new Set(published)).toEqual(new Set(PUBLISHED_TOPICS[role]));
    const { rows } = await owner.query('SELECT FROM messaging.message');
    if (published.length > 0) expect(rows.length).toBeGreaterThan(0);
  });

  it('may do what is forbidden to others only where it is the one', async () => {
    const projector = clients.get('projector');
    for (const statement of OF_THE_PROJECTOR.slice(0, 8)) await projector?.query(statement);
    await clients.get('api')?.query('SELECT key_hash FROM ledger.api_key');
  });

  it('is the projector for every table of the read models, and for none of them another', async () => {
    const models = new Set(READ_MODELS.flatMap(({ tables }) => tables));
    for (const { schema, table, writers } of await rights()) {
      if (schema !== 'ledger' || !models.has(table)) continue;
      expect([table, Object.keys(writers)]).toEqual([table, ['projector']]);
      expect(
        writers.projector?.filter((right) => right !== 'INSERT' && right !== 'UPDATE'),
      ).toEqual([]);
    }
  });

  it('may write nothing that docs/database-roles.md does not say (DAYBOOK_WRITE_DOCS=1 npx jest database-roles)', async () => {
    const page = rolesPage(await rights(), READ_MODELS, PUBLISHED_TOPICS);
    if (process.env.DAYBOOK_WRITE_DOCS) writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });

  it('has no right to a column alone', async () => {
    const { rows } = await owner.query(
      `SELECT attrelid::regclass FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
        WHERE attacl IS NOT NULL AND relnamespace::regnamespace::text IN ('ledger', 'event_store', 'messaging', 'vault')`,
    );
    expect(rows).toEqual([]);
  });

  it('may read every table but two, and the keys of customers if it answers requests', async () => {
    const { rows } = await owner.query(
      `SELECT DISTINCT c.oid::regclass::text AS table FROM pg_class c, unnest($1::text[]) AS u("user")
        WHERE relnamespace::regnamespace::text IN ('ledger', 'event_store', 'messaging', 'vault') AND relkind IN ('r', 'p', 'v', 'm')
          AND NOT has_table_privilege(u.user, c.oid, 'SELECT') ORDER BY 1`,
      [Object.values(TEST_USERS)],
    );
    expect(rows.map(({ table }) => table)).toEqual([
      ...['event_store.head', 'messaging.publisher'],
      ...['vault.customer_key', 'vault.erasure', 'vault.known_key', 'vault.progress'],
    ]);
    for (const table of ['customer_key', 'erasure', 'known_key', 'progress']) {
      await clients.get('api')?.query(`SELECT FROM vault.${table}`);
    }
  });

  it('has no right besides: to no schema, sequence or trigger, and to the functions of its part alone', async () => {
    const users = Object.values(TEST_USERS);
    const { rows } = await owner.query(
      `WITH relation AS (SELECT c.oid, c.relkind FROM pg_class c
                          WHERE relnamespace::regnamespace::text IN ('ledger', 'event_store', 'messaging', 'vault'))
       SELECT r.rolname, r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolbypassrls,
              EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid) AS member,
              EXISTS (SELECT FROM pg_namespace n WHERE has_schema_privilege(r.oid, n.oid, 'CREATE')
                        AND nspname !~ '^pg_(toast_)?temp') AS creates,
              EXISTS (SELECT FROM relation c WHERE CASE WHEN relkind = 'S'
                        THEN has_sequence_privilege(r.oid, c.oid, 'USAGE, UPDATE') END) AS numbers,
              EXISTS (SELECT FROM relation c WHERE relkind IN ('r', 'p', 'v', 'm')
                        AND has_table_privilege(r.oid, c.oid, 'TRIGGER, REFERENCES')) AS hooks
         FROM pg_roles r WHERE rolname = ANY ($1)`,
      [users],
    );
    expect(rows).toHaveLength(users.length);
    for (const { rolname: _, ...rights } of rows) {
      expect(Object.values(rights)).toEqual(Array(Object.keys(rights).length).fill(false));
    }
    const { rows: callers } = await owner.query<{ name: string; users: string[] }>(
      `SELECT p.oid::regproc::text AS name, array_agg(u.user ORDER BY u.user) AS users
         FROM pg_proc p, unnest($1::text[]) AS u("user")
        WHERE prosecdef AND has_function_privilege(u.user, p.oid, 'EXECUTE') GROUP BY 1 ORDER BY 1`,
      [users],
    );
    const { api, consumer, reactions, relay } = TEST_USERS;
    expect(callers).toEqual([
      { name: 'event_store.append', users: [api, consumer, reactions] },
      { name: 'event_store.append_claimed', users: [api, consumer, reactions] },
      { name: 'messaging.publish', users: [api, relay] },
    ]);
  });

  it('loses what an earlier version granted, when the database is migrated again', async () => {
    const { api } = TEST_USERS;
    await owner.query(`GRANT INSERT, UPDATE ON ALL TABLES IN SCHEMA ledger TO ${api}`);
    const before = await rights();
    expect(before.find(({ table }) => table === 'api_key')?.writers.api).toEqual([
      'INSERT',
      'UPDATE',
    ]);
    await migrate(database.url, TEST_USERS);
    expect((await rights()).find(({ table }) => table === 'api_key')?.writers.api).toBeUndefined();
  });
});

describe('a process', () => {
  it.each([
    ['api', ['api']],
    ['consumer,relay', ['consumer', 'relay']],
    // Reactions run in every process with the projector.
    ['projector', ['reactions', 'projector']],
    ['api,projector,consumer,relay', DATABASE_ROLES],
  ])('that runs %s opens one pool for each of its roles', async (roles, expected) => {
    const urls = urlsOfTestUsers(database.url);
    const databases = await Databases.open(Object.assign(new LedgerEnv(), { ...urls, roles }));
    const users = await Promise.all(
      DATABASE_ROLES.map(async (role) => {
        const [row] = await databases.ofRole(role).query('SELECT current_user AS name');
        return row.name as string;
      }),
    );
    await databases.close();
    expect(new Set(users)).toEqual(new Set(expected.map((it) => TEST_USERS[it as DatabaseRole])));
  });

  it('opens one pool when its roles have one URL', async () => {
    const env = Object.assign(new LedgerEnv(), { databaseUrl: database.url });
    const databases = await Databases.open(env);
    expect(new Set(DATABASE_ROLES.map((role) => databases.ofRole(role))).size).toBe(1);
    await databases.close();
  });
});

/** Every table of the service's schemas, and who may write it, as the catalog says. */
async function rights(): Promise<readonly TableRights[]> {
  const { rows } = await owner.query<{
    schema: string;
    table: string;
    user: string;
    right: string;
  }>(
    `SELECT n.nspname AS schema, c.relname AS table, w.user, w.right
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN LATERAL (
         SELECT u.user, r.right
           FROM unnest($1::text[]) AS u("user"), unnest('{INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) AS r("right")
          WHERE has_table_privilege(u.user, c.oid, r.right)) AS w ON true
      WHERE n.nspname IN ('ledger', 'event_store', 'messaging', 'vault') AND c.relkind IN ('r', 'p', 'v', 'm')
      ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", w.right`,
    [Object.values(TEST_USERS)],
  );
  const tables = new Map<
    string,
    { schema: string; table: string; writers: Record<string, string[]> }
  >();
  for (const { schema, table, user, right } of rows) {
    const entry = tables.get(`${schema}.${table}`) ?? { schema, table, writers: {} };
    tables.set(`${schema}.${table}`, entry);
    const role = DATABASE_ROLES.find((it) => TEST_USERS[it] === user);
    if (role !== undefined) entry.writers[role] = [...(entry.writers[role] ?? []), right];
  }
  return [...tables.values()];
}
