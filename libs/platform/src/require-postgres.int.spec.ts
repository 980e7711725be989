import { freePort, freshDatabase, type TestDatabase } from '../../../test/dependencies';
import { EngineMisconfigured } from './plain';
import { requirePostgres } from './require-postgres';

let database: TestDatabase;

beforeAll(async () => {
  database = await freshDatabase();
});

afterAll(() => database.drop());

const requireAt = (change: (url: URL) => void, table = 'pg_catalog.pg_class') => {
  const url = new URL(database.url);
  change(url);
  return requirePostgres({
    url: url.href,
    variable: 'DAYBOOK_DATABASE_URL',
    migrated: { table, command: 'npm run migrate' },
  });
};

async function refusal(attempt: Promise<void>): Promise<EngineMisconfigured> {
  const error = await attempt.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(EngineMisconfigured);
  return error as EngineMisconfigured;
}

describe('requirePostgres', () => {
  it('lets through a database that is ready', async () => {
    await requireAt(() => undefined);
  });

  it('says that the password is wrong without repeating it', async () => {
    const { message } = await refusal(
      requireAt((url) => {
        url.username = 'nobody';
        url.password = 'hunter2';
      }),
    );
    expect(message).toMatch(/refuses this user|does not let this user in/);
    expect(message).toContain('DAYBOOK_DATABASE_URL');
    expect(message).not.toContain('hunter2');
  });

  it('says that nothing listens there', async () => {
    const port = await freePort();
    const { message } = await refusal(
      requireAt((url) => {
        url.port = String(port);
      }),
    );
    expect(message).toContain('nothing listens');
    expect(message).toContain(`:${port}/`);
  });

  it('says that the host is not known', async () => {
    const { message } = await refusal(
      requireAt((url) => {
        url.hostname = 'no-such-host.invalid';
      }),
    );
    expect(message).toMatch(/not known|cannot be looked up/);
  });

  it('says that the database is missing', async () => {
    const { message } = await refusal(
      requireAt((url) => {
        url.pathname = '/nowhere';
      }),
    );
    expect(message).toContain('no database of this name');
  });

  it('says which command makes the tables that are missing', async () => {
    const { message } = await refusal(requireAt(() => undefined, 'ledger.checkpoint'));
    expect(message).toContain('the table ledger.checkpoint does not exist');
    expect(message).toContain('npm run migrate');
  });
});
