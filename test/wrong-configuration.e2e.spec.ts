import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { account, assetRecord, streamName } from '@daybook/domain';
import { decideAndAppend, PostgresEventStore } from '@daybook/event-store';
import { surviveLostConnections } from '@daybook/platform/plain';
import { readWatcherEnv } from '../apps/chain-watcher/src/watcher.env';
import { hashApiKey, newApiKey } from '../apps/ledger/src/edge/api-key';
import { DEFAULT_ACCOUNT_ID } from '../apps/ledger/src/edge/identity';
import { readLedgerEnv } from '../apps/ledger/src/ledger.env';
import { migrate } from '../apps/ledger/src/migrate';
import { refusalOf, refusalOfProcess, startApp } from './app-process';
import { copyOf, freePort, freshDatabase, type TestDatabase } from './dependencies';
import { hostedStart } from './hosted-starts';

type App = 'ledger' | 'chain-watcher';
type Changes = Readonly<Record<string, string>>;
type Case = readonly [what: string, changes: Changes, said: RegExp];

const ROOT = join(__dirname, '..');
/** TEST-NET-1 of RFC 5737: no machine has this address. */
const NOT_OURS = '192.0.2.1';

let folder: string;
let database: TestDatabase;
let busy: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-wrong-'));
  busy = surviveLostConnections(createServer()).listen(0, '127.0.0.1');
  [database] = await Promise.all([freshDatabase(), once(busy, 'listening')]);
});
afterAll(async () => {
  busy.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const takenPort = () => String((busy.address() as AddressInfo).port);

async function chainsFile(text: string): Promise<Changes> {
  const path = join(folder, 'chains.json');
  await writeFile(path, text);
  return { DAYBOOK_CHAINS_FILE: path };
}

/** An environment that names a server where nothing listens: what is refused needs no server. */
async function refusal(app: App, changes: Changes): Promise<string> {
  const url = `postgres://someone:s3cret-pw@127.0.0.1:${await freePort()}/daybook`;
  const said = await refusalOf(app, { DAYBOOK_DATABASE_URL: url, ...changes });
  expect(said).not.toContain('s3cret-pw');
  return said;
}

/** What reading the configuration refuses, which a start does first: `STARTS` show how that ends the process. */
function fault(app: App, changes: Changes): string {
  const read = { ledger: readLedgerEnv, 'chain-watcher': readWatcherEnv }[app];
  try {
    read({ DAYBOOK_DATABASE_URL: 'postgres://someone@127.0.0.1:1/daybook', ...changes });
  } catch (error) {
    return `${(error as Error).message}\n`;
  }
  throw new Error(`The ${app} accepts ${JSON.stringify(changes)}.`);
}

const STARTS: readonly Case[] = [
  [
    'a log file in no folder',
    { DAYBOOK_LOG_FILE: '/nowhere/at/all.log' },
    /DAYBOOK_LOG_FILE: \/nowhere\/at\/all\.log cannot be written: ENOENT/,
  ],
  [
    'a host that is not ours',
    { DAYBOOK_HTTP_HOST: NOT_OURS, DAYBOOK_INSECURE: 'true' },
    /DAYBOOK_HTTP_HOST: .*192\.0\.2\.1.* Use 127\.0\.0\.1/,
  ],
];

const EVERY_APP: readonly Case[] = [
  ['no database URL', { DAYBOOK_DATABASE_URL: '' }, /DAYBOOK_DATABASE_URL must be like postgres:/],
  [
    'a URL of another kind',
    { DAYBOOK_DATABASE_URL: 'mysql://127.0.0.1/x' },
    /must be like postgres:/,
  ],
  [
    'a chains file that is missing',
    { DAYBOOK_CHAINS_FILE: '/nowhere.json' },
    /\/nowhere\.json cannot be read/,
  ],
  ['a Kafka address of another kind', { DAYBOOK_KAFKA_BROKERS: 'http://x' }, /Write host:port/],
  [
    'a host that other machines reach, without TLS',
    { DAYBOOK_HTTP_HOST: '0.0.0.0' },
    /DAYBOOK_HTTP_HOST: other machines can reach 0\.0\.0\.0, and HTTP has no TLS .*DAYBOOK_INSECURE=true/,
  ],
  [
    'a certificate of HTTP that is missing',
    { DAYBOOK_HTTP_TLS_CERT: '/nowhere' },
    /DAYBOOK_HTTP_TLS_CERT: the file \/nowhere cannot be read/,
  ],
  [
    'a port that is no number',
    { DAYBOOK_HTTP_PORT: 'http' },
    /a fault:\n- DAYBOOK_HTTP_PORT must be a whole number from 0 to 65535\n$/,
  ],
  [
    'an unknown log level',
    { DAYBOOK_LOG_LEVEL: 'all' },
    /DAYBOOK_LOG_LEVEL must be one of .*fatal, error/,
  ],
];

const OWN_XPUB =
  'xpub6Bh6Cg7bvjFdW6VEAaZmsyhZh86WdJ9Kr5aqqY5LN7UFLpxTrxsiys213UCu8MAYjcq5JhF7jzZXvruGfWfPbxqsByNNhwWaNQRuhP3JcC3';

const LEDGER: readonly Case[] = [
  ['a private key as xpub', { DAYBOOK_EVM_XPUB: 'xprv123' }, /must never be given to a server/],
  [
    'an EventStoreDB address of another kind',
    { DAYBOOK_EVENTSTOREDB_URL: 'http://x' },
    /looks like esdb:/,
  ],
  [
    'a wallets file that is missing',
    { DAYBOOK_WALLETS_FILE: '/nowhere.json' },
    /The wallets file has a fault:\n- \/nowhere\.json cannot be read/,
  ],
  [
    'a certificate that is missing',
    { DAYBOOK_GRPC_TLS_CERT: '/nowhere' },
    /\/nowhere cannot be read/,
  ],
  [
    'names of clients in another form',
    { DAYBOOK_GRPC_TLS_CLIENT_NAMES: 'games' },
    /must be a list like DNS:/,
  ],
  ['an unknown role', { DAYBOOK_ROLES: 'api,worker' }, /must be a list like api,projector/],
  [
    'an API key in another form',
    { DAYBOOK_BOOTSTRAP_API_KEY: 'secret' },
    /must be of the form dbk_/,
  ],
  [
    'a master key in another form',
    { DAYBOOK_VAULT_KEYS: '1:secret' },
    /DAYBOOK_VAULT_KEYS must be one or more of "<version>:<base64 of 32 random bytes>"/,
  ],
  [
    'an xpub of its own with public keys for personal data',
    { DAYBOOK_EVM_XPUB: OWN_XPUB },
    /DAYBOOK_VAULT_KEYS must be set where an own xpub is configured/,
  ],
  [
    'a rate of nothing',
    { DAYBOOK_RATE_LIMIT: '0' },
    /DAYBOOK_RATE_LIMIT must be a whole number from 1\n/,
  ],
  ['a switch that is neither on nor off', { DAYBOOK_GRPC_REFLECTION: 'yes' }, /must be a boolean/],
];

describe('a wrong configuration is refused with a sentence and before any server is asked', () => {
  it.each(STARTS)('by ledger and chain-watcher: %s', async (_, changes, expected) => {
    const said = await Promise.all([refusal('ledger', changes), refusal('chain-watcher', changes)]);
    for (const sentence of said) expect(sentence).toMatch(expected);
  });

  it.each(EVERY_APP)('by ledger and chain-watcher: %s', (_, changes, expected) => {
    expect(fault('ledger', changes)).toMatch(expected);
    expect(fault('chain-watcher', changes)).toMatch(expected);
  });

  it.each(LEDGER)('by the ledger: %s', (_, changes, expected) => {
    expect(fault('ledger', changes)).toMatch(expected);
  });

  it('by the chain-watcher: looks at the chain too often', () => {
    expect(fault('chain-watcher', { DAYBOOK_WATCHER_POLL_MS: '1' })).toMatch(
      /DAYBOOK_WATCHER_POLL_MS must be a whole number from 50 to 60000/,
    );
  });

  it('by both: a chains file with a mistake, at its line and column', async () => {
    const changes = await chainsFile('{\n  "chains": [,]\n}');
    for (const app of ['ledger', 'chain-watcher'] as const) {
      expect(fault(app, changes)).toMatch(/Line 2, column 14/);
    }
  });

  it('by the ledger: the development xpub where there is real money', async () => {
    const changes = await chainsFile(
      '{"chains":[{"id":"eip155:1","rpcUrl":"http://127.0.0.1:1"}]}',
    );
    expect(fault('ledger', changes)).toMatch(
      /DAYBOOK_EVM_XPUB: The development xpub must not be used on eip155:1/,
    );
  });

  it('by the ledger: a TRON chain without an xpub of its family', async () => {
    const changes = await chainsFile(
      '{"chains":[{"id":"tron:728126428","rpcUrl":"http://127.0.0.1:1"}]}',
    );
    // Of the phrase "legal winner thank year wave sausage worth useful legal winner thank yellow".
    const evm =
      'xpub6Bh6Cg7bvjFdW6VEAaZmsyhZh86WdJ9Kr5aqqY5LN7UFLpxTrxsiys213UCu8MAYjcq5JhF7jzZXvruGfWfPbxqsByNNhwWaNQRuhP3JcC3';
    expect(fault('ledger', { ...changes, DAYBOOK_EVM_XPUB: evm })).toMatch(
      /DAYBOOK_TRON_XPUB: tron:728126428 is watched, but no xpub of the family tron is configured/,
    );
  });

  it('by both: a port that another program has', async () => {
    const taken = { DAYBOOK_HTTP_PORT: takenPort() };
    for (const app of ['ledger', 'chain-watcher'] as const) {
      expect(await refusal(app, taken)).toMatch(/DAYBOOK_HTTP_PORT: port \d+ .* is in use/);
      expect(await refusal(app, { DAYBOOK_METRICS_PORT: takenPort() })).toMatch(
        /DAYBOOK_METRICS_PORT: port \d+ .* is in use/,
      );
    }
    expect(await refusal('ledger', { DAYBOOK_GRPC_PORT: takenPort() })).toMatch(
      /DAYBOOK_GRPC_PORT: port/,
    );
  });
});

describe('a key that was issued before', () => {
  const { key, keyId } = newApiKey();
  let migrated: TestDatabase;

  beforeAll(async () => {
    migrated = await copyOf('ledger_alone', (url) => migrate(url, 'postgres'));
    const store = new PostgresEventStore(migrated.url);
    const stream = streamName('account', DEFAULT_ACCOUNT_ID);
    const issued = { keyId, keyHash: hashApiKey(key), scopes: ['read'], name: 'reports' };
    for (const [commandId, command] of [
      ['open', { type: 'OpenAccount', name: 'default', policy: { screening: false } }],
      ['issue', { type: 'IssueApiKey', ...issued, expiresAt: null }],
    ] as const) {
      const metadata = { accountId: DEFAULT_ACCOUNT_ID, actor: 'system' };
      await decideAndAppend(store, { stream, decider: account, command, commandId, metadata });
    }
    await store.close();
  });
  afterAll(() => migrated.drop());

  const configured = (DAYBOOK_BOOTSTRAP_API_KEY: string) => ({
    ...{ DAYBOOK_DATABASE_URL: migrated.url, DAYBOOK_BOOTSTRAP_API_KEY },
  });

  it('is accepted with the scopes and the name that it has', async () => {
    const app = await startApp('ledger', configured(key));
    await app.stop();
  });

  it('is refused with another secret', async () => {
    const other = newApiKey().key.replace(/^dbk_.{8}/, `dbk_${keyId}`);
    const said = await refusalOfProcess('ledger', configured(other));
    expect(said).toBe(`Another key with the id ${keyId} was issued before; make a new key.\n`);
  });
});

describe('an asset that was used before', () => {
  const asset = `eip155:31337/erc20:0x${'ab'.repeat(20)}`;
  let used: TestDatabase;

  beforeAll(async () => {
    used = await copyOf('ledger_alone', (url) => migrate(url, 'postgres'));
    const store = new PostgresEventStore(used.url);
    await decideAndAppend(store, {
      ...{ stream: streamName('asset', asset), decider: assetRecord, commandId: 'use' },
      command: { type: 'RecordAsset', asset, currency: 'TOKEN_TEST', decimals: 6 },
      metadata: { accountId: '', actor: 'system' },
    });
    await store.close();
  });
  afterAll(() => used.drop());

  it.each(['api', 'projector,relay,consumer'])(
    'is refused with other decimals by a ledger with the roles %s',
    async (roles) => {
      const listed = { id: asset, currency: 'TOKEN_TEST', decimals: 8, minimum: '1' };
      const chain = { id: 'eip155:31337', rpcUrl: 'http://127.0.0.1:1', assets: [listed] };
      const said = await refusalOf('ledger', {
        ...{ DAYBOOK_DATABASE_URL: used.url, DAYBOOK_ROLES: roles },
        DAYBOOK_BOOTSTRAP_API_KEY: newApiKey().key,
        ...(await chainsFile(JSON.stringify({ chains: [chain] }))),
      });
      expect(said).toBe(
        `The chains file has a fault:\n- ${asset} has 8 decimals here, but 6 in the event log, which recorded it as TOKEN_TEST with its first use. Set its decimals to 6: another number would change every amount of it.\n`,
      );
    },
  );
});

describe('a migration', () => {
  /** What it says before it gives up. Both apps leave all but their own variables to the same function. */
  async function migrationRefusal(environment: Changes, app: App = 'ledger'): Promise<string> {
    const script = join(ROOT, 'apps', app, 'src/migrate.ts');
    const { code, said } = await hostedStart(script, environment);
    expect(code).toBe(1);
    expect(said).not.toMatch(/^\s+at /m);
    return said;
  }

  it.each(['ledger', 'chain-watcher'] as const)('of the %s names what is not set', async (app) => {
    const said = await migrationRefusal({}, app);
    expect(said).toMatch(/DAYBOOK_MIGRATION_URL must be like postgres:/);
    expect(said).toMatch(/DAYBOOK_DATABASE_URL must be like postgres:/);
  });

  it('says where nothing listens', async () => {
    const nowhere = `postgres://owner:s3cret-pw@127.0.0.1:${await freePort()}/daybook`;
    const said = await migrationRefusal({
      DAYBOOK_MIGRATION_URL: nowhere,
      DAYBOOK_DATABASE_URL: database.url,
    });
    expect(said).toMatch(/nothing listens.*DAYBOOK_MIGRATION_URL/);
    expect(said).not.toContain('s3cret-pw');
  });

  it('says which database is missing', async () => {
    const missing = new URL(database.url);
    missing.pathname = '/missing';
    const urls = { DAYBOOK_MIGRATION_URL: missing.href, DAYBOOK_DATABASE_URL: database.url };
    expect(await migrationRefusal(urls)).toMatch(/no database of this name.*DAYBOOK_MIGRATION_URL/);
  });

  it('says which role is missing', async () => {
    const runtime = new URL(database.url);
    runtime.username = 'nobody_here';
    const urls = { DAYBOOK_MIGRATION_URL: database.url, DAYBOOK_DATABASE_URL: runtime.href };
    expect(await migrationRefusal(urls)).toMatch(/role "nobody_here" does not exist.*CREATE ROLE/);
  });
});
