import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, isAlive } from '@daybook/platform';
import { surviveErrors, surviveLostConnections } from '@daybook/platform/plain';
import { until } from '../../../test/dependencies';
import { databaseUrls, dataFolder, passwordsOf } from '../src/cli/data-folder';
import { withClient } from '../src/cli/database';

const COMMAND_LINE = resolve(__dirname, '../daybook.mjs');
/** Of a test vector of BIP-39: the development wallet is refused on other chains. */
const XPUB =
  'xpub6Bh6Cg7bvjFdW6VEAaZmsyhZh86WdJ9Kr5aqqY5LN7UFLpxTrxsiys213UCu8MAYjcq5JhF7jzZXvruGfWfPbxqsByNNhwWaNQRuhP3JcC3';
/** The first start on a clean checkout builds. */
const START_TIMEOUT_MS = 120_000;
const STORY_TIMEOUT_MS = 170_000;

jest.setTimeout(2 * STORY_TIMEOUT_MS);

interface Run {
  readonly child: ChildProcess;
  said(): string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

describe('the command line', () => {
  let data: string;
  let port: number;
  const runs: Run[] = [];

  const daybook = (...args: string[]): Run => daybookWith({}, ...args);

  function daybookWith(changes: NodeJS.ProcessEnv, ...args: string[]): Run {
    // As a terminal user would: npm's own variables make the launcher watch its parent.
    const { npm_lifecycle_event: _, ...inherited } = process.env;
    // Where `CI` is set, colours would be written into pipes.
    const env = { ...inherited, NO_COLOR: '1', ...changes };
    const child = surviveErrors(
      spawn(process.execPath, [COMMAND_LINE, ...args, '--data', data], { env }),
    );
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        text += chunk;
      });
    }
    const ended = new Promise<number | null>((done) => void child.once('exit', done));
    const run = { child, said: () => text, ended };
    runs.push(run);
    return run;
  }
  const running = (): { launcher: number; children: Map<string, number> } => {
    const claim = JSON.parse(readFileSync(join(data, 'running.json'), 'utf8'));
    const children: { name: string; pid: number }[] = claim.children;
    return {
      launcher: claim.launcher.pid,
      children: new Map(children.map(({ name, pid }) => [name, pid])),
    };
  };
  const said = (run: Run, words: string, timeoutMs = START_TIMEOUT_MS): Promise<void> =>
    until(
      () => {
        if (run.child.exitCode !== null && !run.said().includes(words)) throw new Error(run.said());
        return run.said().includes(words);
      },
      { timeoutMs, description: `"${words}"` },
    );
  /** The output of a run that succeeds. A failure shows the output, which says more than the exit code. */
  const success = async (run: Run): Promise<string> => {
    if ((await run.ended) !== 0) throw new Error(run.said());
    return run.said();
  };
  const request = async <T>(path: string, body?: object): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: {
        authorization: `Bearer ${readFileSync(join(data, 'api-key'), 'utf8').trim()}`,
        'content-type': 'application/json',
      },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as T;
  };

  beforeEach(async () => {
    data = join(mkdtempSync(join(tmpdir(), 'daybook-e2e-')), 'data');
    // The service listens on three, and starts again on them.
    port = await freePort(3);
  });
  afterEach(async () => {
    for (const { child, ended } of runs.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
    await daybook('reset', '--yes').ended;
    rmSync(resolve(data, '..'), { recursive: true });
  });

  it('starts the service, restarts what is killed, and keeps the data', async () => {
    const first = daybookWith({ DAYBOOK_OPERATOR_KEY: '' }, 'start', '--port', String(port));
    await said(first, 'Daybook is running.');
    expect(first.said()).toMatch(/Chains +none: name a chains file/);
    const secrets = ['operator-key', 'api-key', 'secrets.json'].map((name) => join(data, name));
    const modes = () => secrets.map((file) => statSync(file).mode & 0o777);
    expect(modes()).toEqual([0o600, 0o600, 0o600]);
    const alice = await request<{ id: string }>('/v1/customers', { externalId: 'alice' });

    await requireOwnDatabaseOnly(data);

    const second = daybook('start', '--port', String(await freePort()));
    expect(await second.ended).toBe(1);
    expect(second.said()).toContain('already');

    const { children } = running();
    for (const name of ['The ledger', 'PostgreSQL', 'The chain-watcher']) {
      process.kill(children.get(name) as number, 'SIGKILL');
      await said(first, `${name} is back`);
    }
    await until(() =>
      request('/v1/customers').then(
        () => true,
        () => false,
      ),
    );

    // A stopped process never ends by itself, and the kernel still accepts connections for it.
    const frozen = ['The ledger', 'PostgreSQL', 'The chain-watcher'];
    const { children: again } = running();
    for (const name of frozen) process.kill(again.get(name) as number, 'SIGSTOP');
    for (const name of frozen) {
      await said(first, `${name} does not answer and is killed.`);
      const timesBack = () => first.said().split(`${name} is back`).length - 1;
      await until(() => timesBack() === 2, { timeoutMs: 30_000 });
    }
    expect(await request('/v1/customers', { externalId: 'alice' })).toMatchObject(alice);

    const { launcher, children: now } = running();
    process.kill(launcher, 'SIGKILL');
    await first.ended;
    await until(() => ![...now.values()].some(isAlive), { timeoutMs: 30_000 });
    for (const file of secrets) chmodSync(file, 0o644);
    const third = daybook('start', '--port', String(port));
    await said(third, 'Daybook is running.');
    expect(await request('/v1/customers', { externalId: 'alice' })).toMatchObject(alice);
    expect(modes()).toEqual([0o600, 0o600, 0o600]);

    third.child.kill('SIGTERM');
    expect(await third.ended).toBe(0);
    expect(existsSync(join(data, 'running.json'))).toBe(false);
  });

  it('refuses a wrong chains file before anything is started', async () => {
    const chains = join(resolve(data, '..'), 'chains.json');
    writeFileSync(chains, '{ "chains": [,] }');
    const run = daybook('start', '--port', String(port), '--chains', chains);
    expect(await run.ended).toBe(2);
    expect(run.said()).toMatch(/^\s*The chains file has a fault:\n- Line 1, column 14: .*\s*$/);
    expect(existsSync(data)).toBe(false);
    const misspelt = daybookWith({ DAYBOOK_CHAIN_FILE: chains }, 'start', '--chains', chains);
    expect(await misspelt.ended).toBe(2);
    expect(misspelt.said()).toContain('nothing reads it. Is DAYBOOK_CHAINS_FILE meant?');
  });

  it('starts all the same when nodes are dead, silent or of another chain, and says so', async () => {
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
    const file = join(resolve(data, '..'), 'chains.json');
    const chains = [`http://127.0.0.1:${await freePort()}`, ...urls].map((rpcUrl, n) => ({
      id: `eip155:${900_001 + n}`,
      rpcUrl,
    }));
    writeFileSync(file, JSON.stringify({ chains }));
    const started = Date.now();
    const env = { DAYBOOK_EVM_XPUB: XPUB };
    const run = daybookWith(env, 'start', '--port', String(port), '--chains', file);
    try {
      await said(run, 'Daybook is running.');
      expect(Date.now() - started).toBeLessThan(60_000);
      expect(run.said()).toMatch(/! eip155:900001 is not watched yet: .*ECONNREFUSED/);
      expect(run.said()).toMatch(
        /! eip155:900002 is not watched yet: The node has not answered yet/,
      );
      expect(run.said()).toMatch(/! eip155:900003 is not watched yet: .* serves eip155:5/);
      expect(await request('/v1/customers', { externalId: 'alice' })).toMatchObject({});
    } finally {
      run.child.kill('SIGINT');
      await run.ended;
      silent.close();
      other.close();
    }
  });

  it('shows why an app refuses to start, once', async () => {
    const server = surviveLostConnections(createServer()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const taken = String((server.address() as AddressInfo).port);
    const run = daybookWith({ DAYBOOK_GRPC_PORT: taken }, 'start', '--port', String(port));
    expect(await run.ended).toBe(2);
    server.close();
    expect(run.said().match(/DAYBOOK_GRPC_PORT: port \d+ of \S+ is in use/g)).toHaveLength(1);
    expect(run.said()).not.toMatch(/The end of|^\{|^\s+at /m);
    const log = readFileSync(join(data, 'logs/ledger.log'), 'utf8');
    expect(log.match(/DAYBOOK_GRPC_PORT/g)).toHaveLength(1);
  });

  it('says what would be right when a port is taken', async () => {
    const server = surviveLostConnections(createServer()).listen(port, '127.0.0.1');
    const run = daybook('start', '--port', String(port));
    expect(await run.ended).toBe(1);
    server.close();
    expect(run.said()).toMatch(/Port \d+ is in use by another program\. .*--port \d+/);
  });

  it('shows deposits arrive, even if every process is killed or stopped meanwhile', async () => {
    const first = daybook('demo', '--once', '--port', String(port));
    await success(first);
    for (const words of ['demo-1', 'seen in the mempool', 'detected in a block', 'blocked: true']) {
      expect(first.said()).toContain(words);
    }

    const second = daybook('demo', '--once', '--port', String(port));
    await said(second, 'seen in the mempool');
    process.kill(running().children.get('The local chain') as number, 'SIGSTOP');
    for (const name of ['The chain-watcher', 'The ledger', 'PostgreSQL']) {
      process.kill(running().children.get(name) as number, 'SIGKILL');
      await said(second, `${name} is back`, STORY_TIMEOUT_MS);
    }
    await said(second, 'The local chain does not answer and is killed.');
    await said(second, 'The local chain is back', STORY_TIMEOUT_MS);
    expect(await success(second)).toContain('demo-2');
    // Four receipts, each confirmed once.
    expect(second.said().match(/ confirmed/g)).toHaveLength(4);
  });

  it('shows deposits arrive on a stand-in for a TRON node, and then on both chains', async () => {
    const first = daybook('demo', '--tron', '--once', '--port', String(port));
    await said(first, 'seen in the mempool');
    process.kill(running().children.get('The stand-in for a TRON node') as number, 'SIGKILL');
    const story = await success(first);
    for (const words of [
      'stand-in for a TRON node',
      'TRC10_LOCAL',
      'USDT_TRON_LOCAL',
      'blocked: true',
    ]) {
      expect(story).toContain(words);
    }
    // Four receipts, each confirmed once, although the node was killed.
    expect(story.match(/ confirmed/g)).toHaveLength(4);

    const second = daybook('demo', '--port', String(port));
    await said(second, 'Daybook is running.', STORY_TIMEOUT_MS);
    expect(second.said()).toContain('USDT_LOCAL');
    const { data: chains } = await request<{ data: { name: string; matched?: number | null }[] }>(
      '/v1/chains',
    );
    const watched = chains
      .filter(({ matched }) => typeof matched === 'number')
      .map(({ name }) => name);
    expect(new Set(watched)).toEqual(new Set(['Local chain', 'Stand-in for TRON']));
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });
});

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
