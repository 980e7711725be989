import { Client } from 'pg';
import { freePort, freshDatabase, type TestDatabase } from '../../../test/dependencies';
import { EngineMisconfigured, surviveErrors } from './plain';
import { requirePostgres } from './require-postgres';

let database: TestDatabase;

beforeAll(async () => {
  database = await freshDatabase();
  await sql(`CREATE TABLE migration (name text);
    INSERT INTO migration VALUES ('First1'), ('Second2'), ('Third3'), ('OfALaterVersion4')`);
});

async function sql(text: string): Promise<void> {
  const client = surviveErrors(new Client(database.url));
  await client.connect();
  await client.query(text).finally(() => client.end());
}

afterAll(() => database.drop());

const requireAt = (change: (url: URL) => void, table = 'public.migration') => {
  const url = new URL(database.url);
  change(url);
  return requirePostgres({
    url: url.href,
    variable: 'DAYBOOK_DATABASE_URL',
    migrated: { table, names: ['First1', 'Second2', 'Third3'], command: 'npm run migrate' },
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
    const { message } = await refusal(requireAt(() => undefined, 'ledger.migration'));
    expect(message).toContain('the table ledger.migration does not exist');
    expect(message).toContain('npm run migrate');
  });

  it('says which migration is missing, the newest of several, and the command', async () => {
    await sql(`DELETE FROM migration WHERE name IN ('First1', 'Second2')`);
    const { message } = await refusal(requireAt(() => undefined));
    expect(message).toMatch(/the migration Second2 has not run\. Run `npm run migrate` first\.$/);
  });
});
