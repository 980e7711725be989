import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { surviveErrors, surviveLostConnections } from '@daybook/platform/plain';
import { Client } from 'pg';
import { migrate as migrateWatcher } from '../apps/chain-watcher/src/migrate';
import { newApiKey } from '../apps/ledger/src/edge/api-key';
import { newKeyring } from '../apps/ledger/src/keyring.env';
import { migrate as migrateLedger } from '../apps/ledger/src/migrate';
import { type AppProcess, spawnApp, startApp } from './app-process';
import { freshDatabase, type TestDatabase, until } from './dependencies';

const CHAIN = 'eip155:900001';
const WORDS = 'rate limit key=SECRET123';
/** Of a test vector of BIP-39: the development wallet is refused on other chains. */
const XPUB =
  'xpub6Bh6Cg7bvjFdW6VEAaZmsyhZh86WdJ9Kr5aqqY5LN7UFLpxTrxsiys213UCu8MAYjcq5JhF7jzZXvruGfWfPbxqsByNNhwWaNQRuhP3JcC3';

let folder: string;
let database: TestDatabase;
let node: Server;
let apps: AppProcess[] = [];
let keys: { readonly account: string; readonly operator: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-words-'));
  database = await freshDatabase();
  await migrateLedger(database.url, 'postgres');
  await migrateWatcher(database.url, 'postgres');
  node = surviveLostConnections(
    createServer((_, response) => {
      const error = { code: -32005, message: WORDS };
      response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, error }));
    }),
  ).listen(0, '127.0.0.1');
  await until(() => node.listening);
  const { port } = node.address() as AddressInfo;
  const chainsFile = join(folder, 'chains.json');
  const chains = [{ id: CHAIN, rpcUrl: `http://127.0.0.1:${port}` }];
  await writeFile(chainsFile, JSON.stringify({ chains }));
  keys = { account: newApiKey().key, operator: newApiKey({ kind: 'operator' }).key };
  const environment = {
    DAYBOOK_DATABASE_URL: database.url,
    DAYBOOK_CHAINS_FILE: chainsFile,
    DAYBOOK_LOG_LEVEL: 'debug',
    DAYBOOK_EVM_XPUB: XPUB,
    DAYBOOK_VAULT_KEYS: newKeyring(),
    DAYBOOK_LOOKUP_KEYS: newKeyring(),
    DAYBOOK_BOOTSTRAP_API_KEY: keys.account,
    DAYBOOK_OPERATOR_KEY: keys.operator,
  };
  apps = await Promise.all([
    spawnApp('chain-watcher', environment),
    startApp('ledger', environment),
  ]);
});
afterAll(async () => {
  await Promise.all(apps.map((app) => app.stop()));
  node.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function read(app: AppProcess, path: string, key?: string): Promise<string> {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return fetch(`${app.url}${path}`, { headers }).then(
    (answer) => answer.text(),
    () => '',
  );
}

describe('what a provider answers', () => {
  it('stands in the log of the operator without its keys, and anybody else sees a category', async () => {
    const [watcher, ledger] = apps as [AppProcess, AppProcess];
    const probe = () => read(watcher, '/readyz');
    await until(async () => (await probe()).includes('The node limits requests.'), {
      timeoutMs: 30_000,
    });
    await until(() => watcher.output().includes('rate limit key=***'));
    const chains = () => read(ledger, '/v1/chains', keys.account);
    await until(async () => (await chains()).includes('"state":"stalled"'), { timeoutMs: 30_000 });
    const operators = await Promise.all(
      ['/v1/operations/status', '/v1/operations/chains', '/metrics'].map((path) =>
        read(ledger, path, keys.operator),
      ),
    );
    const open = [await probe(), await read(ledger, '/readyz'), await chains()];
    const stored = await everythingIn(database.url);
    for (const text of open) expect(text).not.toContain('rate limit');
    for (const text of [...open, ...operators, stored, ...apps.map((app) => app.output())]) {
      expect(text).not.toContain('SECRET123');
    }
    expect(stored).toContain(CHAIN);
  });
});

/** What the watcher published and what the ledger stored of it. */
async function everythingIn(url: string): Promise<string> {
  const client = surviveErrors(new Client(url));
  await client.connect();
  try {
    const { rows } = await client.query(
      'SELECT m.value AS a, NULL AS b FROM messaging.message m UNION ALL SELECT h.detail, h.watch::text FROM ledger.chain_head h',
    );
    return JSON.stringify(rows);
  } finally {
    await client.end();
  }
}
