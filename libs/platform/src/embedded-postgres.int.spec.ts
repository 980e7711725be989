import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { until } from '../../../test/dependencies';
import {
  type EmbeddedPostgres,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from './embedded-postgres';
import { surviveErrors, surviveLostConnections } from './plain';
import { isAlive } from './processes';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = surviveErrors(new Client({ connectionString: url }));
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Makes a private folder, which the server of a root user cannot enter. So the tests depend on the user. */
function privateFolder(): string {
  return mkdtempSync(join(tmpdir(), 'daybook-spec-'));
}

const asRoot = process.getuid?.() === 0 ? it : it.skip;

/** Where the process has ended meanwhile, nothing happens. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** One after the other on one folder, as making a cluster takes longer than all that they do. */
describe('embedded PostgreSQL', () => {
  const parent = privateFolder();
  const folder = join(parent, 'postgres');
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    server = await startEmbeddedPostgres({ folder });
  });
  beforeEach(async () => {
    if (!(await server.answers())) server = await startEmbeddedPostgres({ folder });
  });
  afterAll(async () => {
    await server.stop();
    await removeEmbeddedPostgres(folder);
    rmSync(parent, { recursive: true });
  });

  it('keeps data, port and password over a restart', async () => {
    await query(server.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    await server.stop();
    const again = await startEmbeddedPostgres({ folder });
    expect(again.url).toBe(server.url);
    server = again;
    expect(await query(server.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  });

  // The launcher waits for both, with nothing else that keeps it running.
  it('has stopped only when its end is known', async () => {
    let isKnown = false;
    void server.exited.then(() => {
      isKnown = true;
    });
    signal(server.pid, 'SIGINT');
    // Without a pause, so that this process is not told of the end.
    for (const deadline = Date.now() + 30_000; isAlive(server.pid) && Date.now() < deadline; );
    await server.stop();
    expect(isKnown).toBe(true);
  });

  it('recovers after the server was killed', async () => {
    await query(server.url, 'CREATE TABLE recovered AS SELECT 7 AS n');
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
    server = await startEmbeddedPostgres({ folder });
    expect(await query(server.url, 'SELECT n FROM recovered')).toEqual([{ n: 7 }]);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('does not pass for well while a process of it is stopped', async () => {
    server = await startEmbeddedPostgres({ folder });
    expect(await server.answers()).toBe(true);
    const [writer] = await query(
      server.url,
      "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'",
    );
    const { pid } = writer as { pid: number };
    process.kill(pid, 'SIGSTOP');
    await until(async () => !(await server?.answers()));
    process.kill(pid, 'SIGCONT');
    await until(async () => (await server?.answers()) === true);
  });

  onLinux(
    'starts again after all of its processes were stopped and the server killed',
    async () => {
      server = await startEmbeddedPostgres({ folder });
      await query(server.url, 'CREATE TABLE outlives AS SELECT 7 AS n');
      const others = await query(server.url, 'SELECT pid FROM pg_stat_activity');
      const pids = others.map((row) => (row as { pid: number }).pid);
      // The one of the query itself ends by itself, and is perhaps about to.
      for (const pid of pids) signal(pid, 'SIGSTOP');
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
      server = await startEmbeddedPostgres({ folder });
      expect(await query(server.url, 'SELECT n FROM outlives')).toEqual([{ n: 7 }]);
      expect(pids.filter(isAlive)).toEqual([]);
    },
  );

  it('bounds its log while it runs', async () => {
    server = await startEmbeddedPostgres({ folder });
    const log = join(server.folder, 'postgres.log');
    appendFileSync(log, 'x'.repeat(11 * 1024 * 1024));
    expect(await server.answers()).toBe(true);
    expect(statSync(`${log}.1`).size).toBeGreaterThan(11 * 1024 * 1024);
    await expect(query(server.url, 'SELECT 1 / 0')).rejects.toThrow('division by zero');
    await until(() => readFileSync(log, 'utf8').includes('division by zero'));
    expect(statSync(log).size).toBeLessThan(100_000);
  });

  it('stops a server that runs already, so that there are never two on one folder', async () => {
    const first = server;
    server = await startEmbeddedPostgres({ folder });
    await first.exited;
    expect(server.pid).not.toBe(first.pid);
    expect(server.port).toBe(first.port);
    expect(await query(server.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('is not misled when the number of a dead server is now another process', async () => {
    const lock = join(server.folder, 'data', 'postmaster.pid');
    const stale = readFileSync(lock, 'utf8').replace(/^\d+/, String(process.pid));
    await server.stop();
    writeFileSync(lock, stale);
    const { uid, gid } = statSync(join(server.folder, 'data'));
    if (process.getuid?.() === 0) chownSync(lock, uid, gid);
    server = await startEmbeddedPostgres({ folder });
    expect(await query(server.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('requires the password and keeps it private', async () => {
    const wrong = new URL(server.url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect(statSync(join(server.folder, 'identity.json')).mode & 0o777).toBe(0o600);
  });

  it('takes another port when its own is taken meanwhile', async () => {
    await server.stop();
    const { port } = server;
    const intruder = surviveLostConnections(createServer()).listen(port, '127.0.0.1');
    await until(() => intruder.listening);
    server = await startEmbeddedPostgres({ folder });
    intruder.close();
    expect(server.port).not.toBe(port);
    expect(await query(server.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  asRoot('refuses a copy of a folder whose data is elsewhere', async () => {
    const copy = join(parent, 'copy');
    cpSync(folder, copy, { recursive: true });
    await expect(startEmbeddedPostgres({ folder: copy })).rejects.toThrow('is a copy of');
    expect(await query(server.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('starts over after an interrupted first start', async () => {
    await server.stop();
    const data = join(server.folder, 'data');
    renameSync(data, `${data}.draft`);
    server = await startEmbeddedPostgres({ folder });
    expect(await query(server.url, "SELECT to_regclass('kept') AS kept")).toEqual([{ kept: null }]);
    expect(existsSync(`${data}.draft`)).toBe(false);
  });

  it('removes what it kept elsewhere', async () => {
    const { folder: home } = server;
    await removeEmbeddedPostgres(folder);
    await server.exited;
    expect([existsSync(folder), existsSync(home)]).toEqual([false, false]);
  });
});

describe('embedded PostgreSQL in another folder', () => {
  asRoot('moves its data when the server can no longer reach its folder', async () => {
    const parent = privateFolder();
    const folder = join(parent, 'postgres');
    chmodSync(parent, 0o755);
    let server = await startEmbeddedPostgres({ folder });
    try {
      expect(server.folder).toBe(folder);
      await query(server.url, 'CREATE TABLE kept AS SELECT 7 AS n');
      await server.stop();
      chmodSync(parent, 0o700);
      server = await startEmbeddedPostgres({ folder });
      expect(server.folder).not.toBe(folder);
      expect(await query(server.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    } finally {
      await server.stop();
      await removeEmbeddedPostgres(folder);
      rmSync(parent, { recursive: true });
    }
  });

  it('leaves nothing behind when it was thrown away', async () => {
    const thrownAway = await startEmbeddedPostgres();
    await thrownAway.stop();
    expect(existsSync(thrownAway.folder)).toBe(false);
  });
});
