import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate as migrateWatcher } from '../apps/chain-watcher/src/migrate';
import { migrate as migrateLedger } from '../apps/ledger/src/migrate';
import { startApp } from './app-process';
import { freshDatabase, type TestDatabase } from './dependencies';

let folder: string;
let database: TestDatabase;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-full-'));
  database = await freshDatabase();
  await migrateLedger(database.url, 'postgres');
  await migrateWatcher(database.url, 'postgres');
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

describe('an app whose log is on a full disk', () => {
  it.each(['ledger', 'chain-watcher'] as const)('answers all the same: %s', async (name) => {
    const log = join(folder, `${name}.log`);
    await symlink('/dev/full', log);
    const app = await startApp(name, {
      DAYBOOK_DATABASE_URL: database.url,
      DAYBOOK_LOG_LEVEL: 'debug',
      DAYBOOK_LOG_FILE: log,
    });
    expect((await fetch(`${app.url}/livez`)).status).toBe(200);
    expect(await app.stop()).toBe(0);
    expect(app.output()).toBe('');
  });
});
