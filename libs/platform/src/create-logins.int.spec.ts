import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { freshDatabase, type TestDatabase } from '../../../test/dependencies';
import { surviveErrors } from './plain';
import { createLogins } from './run-migration';

let database: TestDatabase;
let administrator: Client;
/** Users of this suite, unlike those of another run on the same server. */
const [one, two, plain] = ['one', 'two', 'plain'].map(
  (name) => `${name}_${randomBytes(4).toString('hex')}`,
) as [string, string, string];

beforeAll(async () => {
  database = await freshDatabase();
  administrator = surviveErrors(new Client({ connectionString: database.url }));
  await administrator.connect();
  await administrator.query(`CREATE ROLE ${plain} LOGIN PASSWORD 'secret'`);
  const { pathname } = new URL(database.url);
  await administrator.query(`REVOKE CONNECT ON DATABASE ${pathname.slice(1)} FROM PUBLIC`);
  await administrator.query(`GRANT CONNECT ON DATABASE ${pathname.slice(1)} TO ${plain}`);
});
afterAll(async () => {
  for (const user of [one, plain]) {
    await administrator.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
  }
  await administrator.end();
  await database.drop();
});

function urlAs(user: string, password: string): string {
  const url = new URL(database.url);
  [url.username, url.password] = [user, password];
  return url.href;
}

const login = (user: string, password = "it's") => ({
  url: urlAs(user, encodeURIComponent(password)),
  variable: `DAYBOOK_DATABASE_URL_${user.split('_')[0]?.toUpperCase()}`,
});

describe('the users that a migration creates', () => {
  it('may connect with the password of their URL, and are left alone the next time', async () => {
    await createLogins(database.url, [login(one), login(one)]);
    await createLogins(database.url, [login(one, 'another')]);
    const client = surviveErrors(new Client({ connectionString: login(one).url }));
    await client.connect();
    await client.end();
  });

  it('are left to an administrator where the owner may create none, or the URL has no password', async () => {
    const ownerUrl = urlAs(plain, 'secret');
    await createLogins(ownerUrl, [login(one)]);
    const refused = createLogins(ownerUrl, [login(one), login(two)]);
    await expect(refused).rejects.toThrow(/users of DAYBOOK_DATABASE_URL_TWO do not exist/);
    await expect(refused).rejects.toThrow(
      `CREATE ROLE "${two}" LOGIN PASSWORD '...'; GRANT CONNECT`,
    );
    await expect(createLogins(database.url, [login(two, '')])).rejects.toThrow(
      `CREATE ROLE "${two}"`,
    );
  });
});
