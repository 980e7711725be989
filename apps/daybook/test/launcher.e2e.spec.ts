import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { freePort, isAlive } from '@daybook/platform';
import { surviveLostConnections } from '@daybook/platform/plain';
import { until } from '../../../test/dependencies';
import { databaseUrls, dataFolder, passwordsOf } from '../src/cli/data-folder';
import { withClient } from '../src/cli/database';
import { CommandLine } from '../testing/launched';

/** Of a test vector of BIP-39: the development wallet is refused on other chains. */
const XPUB =
  'xpub6Bh6Cg7bvjFdW6VEAaZmsyhZh86WdJ9Kr5aqqY5LN7UFLpxTrxsiys213UCu8MAYjcq5JhF7jzZXvruGfWfPbxqsByNNhwWaNQRuhP3JcC3';

describe('the command line', () => {
  const line = new CommandLine();

  it('refuses a wrong chains file before anything is started, and names a misspelt variable', async () => {
    const chains = join(resolve(line.data, '..'), 'wrong.json');
    writeFileSync(chains, '{ "chains": [,] }');
    const misspelt = { DAYBOOK_CHAIN_FILE: chains };
    const run = line.runWith(misspelt, 'start', '--port', String(line.port), '--chains', chains);
    expect(await run.ended).toBe(2);
    // The first start after a change of the sources builds, and says so.
    expect(run.said()).toMatch(
      /^(Building .*\n)?! .*nothing reads it\. Is DAYBOOK_CHAINS_FILE meant\?\s+The chains file has a fault:\n- Line 1, column 14: .*\s*$/,
    );
    expect(existsSync(line.data)).toBe(false);
  });

  it('says what would be right when a port is taken', async () => {
    const server = surviveLostConnections(createServer()).listen(line.port, '127.0.0.1');
    const run = line.run('start', '--port', String(line.port));
    expect(await run.ended).toBe(1);
    server.close();
    expect(run.said()).toMatch(/Port \d+ is in use by another program\. .*--port \d+/);
  });

  it('starts the service, ends it with its launcher, keeps the data, and starts all the same when nodes are dead, silent or of another chain', async () => {
    const first = line.runWith({ DAYBOOK_OPERATOR_KEY: '' }, 'start', '--port', String(line.port));
    await line.said(first, 'Daybook is running.');
    expect(first.said()).toMatch(/Chains +none: name a chains file/);
    const secrets = ['operator-key', 'api-key', 'secrets.json'].map((name) =>
      join(line.data, name),
    );
    const modes = () => secrets.map((file) => statSync(file).mode & 0o777);
    expect(modes()).toEqual([0o600, 0o600, 0o600]);
    const alice = await line.request<{ id: string }>('/v1/customers', { externalId: 'alice' });

    await requireOwnDatabaseOnly(line.data);

    const second = line.run('start', '--port', String(await freePort()));
    expect(await second.ended).toBe(1);
    expect(second.said()).toContain('already');

    // `test/chaos` kills and stops what the launcher started.
    const { launcher, children } = line.running();
    process.kill(launcher, 'SIGKILL');
    await first.ended;
    await until(() => ![...children.values()].some(isAlive), { timeoutMs: 30_000 });
    for (const file of secrets) chmodSync(file, 0o644);

    // Every start takes six seconds of a processor, so this one shows two things.
    const nodes = await uselessNodes();
    const file = join(resolve(line.data, '..'), 'chains.json');
    writeFileSync(file, JSON.stringify({ chains: nodes.chains }));
    const begun = Date.now();
    const env = { DAYBOOK_EVM_XPUB: XPUB };
    const third = line.runWith(env, 'start', '--port', String(line.port), '--chains', file);
    try {
      await line.said(third, 'Daybook is running.');
      expect(Date.now() - begun).toBeLessThan(60_000);
      const because = (chain: number, reason: string) =>
        new RegExp(`! eip155:${chain} is not watched yet: ${reason}`);
      expect(third.said()).toMatch(because(900_001, '.*ECONNREFUSED'));
      expect(third.said()).toMatch(because(900_002, 'The node has not answered yet'));
      expect(third.said()).toMatch(because(900_003, '.* serves eip155:5'));
      expect(await line.request('/v1/customers', { externalId: 'alice' })).toMatchObject(alice);
      expect(modes()).toEqual([0o600, 0o600, 0o600]);

      const beside = line.run('log', 'adopt');
      expect(await beside.ended).toBe(1);
      expect(beside.said()).toContain('Daybook runs on');
      third.child.kill('SIGTERM');
      expect(await third.ended).toBe(0);
    } finally {
      nodes.close();
    }
    expect(existsSync(join(line.data, 'running.json'))).toBe(false);
    // It starts PostgreSQL itself, and stops it.
    expect(await line.success(line.run('log', 'adopt'))).toContain('There is nothing to adopt.');
    expect(existsSync(join(line.data, 'running.json'))).toBe(false);
    expect(existsSync(join(line.data, 'postgres/data/postmaster.pid'))).toBe(false);
  });

  it('shows why an app refuses to start, once', async () => {
    const server = surviveLostConnections(createServer()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const taken = String((server.address() as AddressInfo).port);
    const run = line.runWith({ DAYBOOK_GRPC_PORT: taken }, 'start', '--port', String(line.port));
    expect(await run.ended).toBe(2);
    server.close();
    expect(run.said().match(/DAYBOOK_GRPC_PORT: port \d+ of \S+ is in use/g)).toHaveLength(1);
    expect(run.said()).not.toMatch(/The end of|^\{|^\s+at /m);
    const log = readFileSync(join(line.data, 'logs/ledger.log'), 'utf8');
    expect(log.match(/DAYBOOK_GRPC_PORT/g)).toHaveLength(1);
  });

  it('deletes the folder on request', async () => {
    const deleted = await line.success(line.run('reset', '--yes'));
    expect(deleted).toContain(`Deleted ${line.data}.`);
    expect(existsSync(line.data)).toBe(false);
  });
});

/** A port where nobody listens, a node that says nothing, and one of another chain. */
async function uselessNodes() {
  const silent = surviveLostConnections(createServer(() => undefined));
  const other = surviveLostConnections(
    createHttpServer((_, response) => response.end('{"jsonrpc":"2.0","id":1,"result":"0x5"}')),
  );
  const urls = await Promise.all(
    [silent, other].map(async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }),
  );
  const chains = [`http://127.0.0.1:${await freePort()}`, ...urls].map((rpcUrl, n) => ({
    id: `eip155:${900_001 + n}`,
    rpcUrl,
  }));
  const close = () => {
    silent.close();
    other.close();
  };
  return { chains, close };
}

/** The users of the apps may connect to the database of Daybook, each as itself, and to no other. */
async function requireOwnDatabaseOnly(data: string): Promise<void> {
  const folder = dataFolder(data);
  const { postgresPort } = JSON.parse(readFileSync(folder.lastStartFile, 'utf8'));
  const { owner: _, ...urls } = databaseUrls(postgresPort, passwordsOf(folder));
  const connected = await withClient(urls.ledger, (client) =>
    client.query<{ name: string }>(
      `SELECT DISTINCT usename AS name FROM pg_stat_activity WHERE application_name = 'daybook-ledger'`,
    ),
  );
  const roles = ['ledger', 'projector', 'consumer', 'reactions'].map((name) => `daybook_${name}`);
  expect(connected.rows.map(({ name }) => name)).toEqual(expect.arrayContaining(roles));
  for (const url of Object.values(urls)) {
    for (const database of ['postgres', 'template1']) {
      const elsewhere = withClient(new URL(`/${database}`, url).href, async () => undefined);
      await expect(elsewhere).rejects.toThrow('permission denied for database');
    }
  }
}
