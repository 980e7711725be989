import 'reflect-metadata';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { IsPostgresUrl, readEnvironment } from './env';
import { EngineMisconfigured, type Queries, surviveErrors } from './plain';
import { type MigrationRecord, requirePostgres } from './require-postgres';
import { failStart } from './shutdown';

/** PostgreSQL's code for a role that does not exist. */
const UNDEFINED_OBJECT = '42704';

/** Held while migrating, so that processes that start at once take turns. Any constant would do. */
const MIGRATION_LOCK = 0x6461_7962;

/** Brings a database up to date. `Users` are the users of the database to whom it grants. */
export interface Migrate<Users> {
  (ownerUrl: string, users: Users): Promise<void>;
  /** What a migrated database has, for `requirePostgres`. */
  readonly record: MigrationRecord;
}

/** Migrations that run one SQL script each, by name. A name ends with the time that orders it. */
export function sqlMigrations(scripts: Readonly<Record<string, string>>) {
  return Object.entries(scripts).map(([name, sql]) => {
    return class {
      readonly name = name;

      async up(queries: Queries): Promise<void> {
        await queries.query(sql);
      }
    };
  });
}

/**
 * The migration of an app: brings its schemas up to date as their owner, then grants the app's users only what
 * they need. `schema` is its own, which also keeps the record of migrations.
 */
export function migrationOf<Users = string>(
  schema: string,
  migrations: readonly (new () => { readonly name: string; up(queries: Queries): Promise<void> })[],
  grants: readonly ((queries: Queries, users: Users) => Promise<void>)[],
): Migrate<Users> {
  const migrate = async (ownerUrl: string, users: Users): Promise<void> => {
    // Loaded here, as most of those who use this library never migrate.
    const { DataSource } = await import('typeorm');
    const dataSource = new DataSource({
      type: 'postgres',
      url: ownerUrl,
      applicationName: 'daybook-migrate',
      schema,
      // TypeORM's type demands `down`, which it calls only to revert.
      migrations: migrations as never[],
      migrationsTableName: 'migration',
      poolSize: 2,
    });
    await dataSource.initialize();
    const runner = dataSource.createQueryRunner();
    try {
      await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await runner.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
      await dataSource.runMigrations({ transaction: 'all' });
      // At once: a service that runs meanwhile never lacks a right that is granted again.
      await runner.startTransaction();
      for (const grant of grants) await grant(runner, users);
      await runner.commitTransaction();
    } finally {
      await runner.release();
      await dataSource.destroy();
    }
  };
  const names = migrations.map((Migration) => new Migration().name);
  return Object.assign(migrate, { record: { table: `${schema}.migration`, names } });
}

/** What the migration of an app with one user reads. */
export class MigrationEnv {
  /** The owner of the schemas. */
  @IsPostgresUrl()
  readonly migrationUrl!: string;

  /** The runtime role's URL. Rights are granted to its user. */
  @IsPostgresUrl()
  readonly databaseUrl!: string;
}

/** The user in a connection string. */
export function userIn(url: string): string {
  return decodeURIComponent(new URL(url).username);
}

/** What an app migrates with: its environment, and the users that it grants to. */
interface MigrationRun<Env extends MigrationEnv, Users> {
  readonly env: new () => Env;
  usersIn(env: Env): Users;
  /** The connection strings of users that the migration may create, with their variables. */
  loginsIn?(env: Env): readonly Login[];
}

interface Login {
  readonly url: string;
  readonly variable: string;
}

/** The main function of an app's migration: reads the environment, and shows a refusal as a sentence. */
export async function runMigration<Env extends MigrationEnv, Users>(
  migrate: Migrate<Users>,
  { env: shape, usersIn, loginsIn = () => [] }: MigrationRun<Env, Users>,
): Promise<void> {
  try {
    const env = readEnvironment(shape);
    const { migrationUrl, databaseUrl } = env;
    await requirePostgres({ url: migrationUrl, variable: 'DAYBOOK_MIGRATION_URL' });
    await createLogins(migrationUrl, loginsIn(env));
    await migrate(migrationUrl, usersIn(env)).catch((error: Error & { code?: string }) => {
      if (error.code !== UNDEFINED_OBJECT) throw error;
      const user = userIn(databaseUrl);
      throw new EngineMisconfigured(
        'PostgreSQL',
        `the role "${user}" does not exist; the tables are granted to it.`,
        `Create it with \`CREATE ROLE "${user}" LOGIN PASSWORD '...'\`, or correct the user in DAYBOOK_DATABASE_URL.`,
        { cause: error },
      );
    });
  } catch (error) {
    failStart(error);
  }
}

/** Creates the users that do not exist. Where the owner may not, throws `EngineMisconfigured` with the statements. */
export async function createLogins(ownerUrl: string, logins: readonly Login[]): Promise<void> {
  if (logins.length === 0) return;
  const client = surviveErrors(
    new Client({ connectionString: ownerUrl, application_name: 'daybook-migrate' }),
  );
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>('SELECT rolname AS name FROM pg_roles');
    const missing = logins.filter(({ url }) => !rows.some(({ name }) => name === userIn(url)));
    const { rows: may } = await client.query<{ create: boolean }>(
      'SELECT rolsuper OR rolcreaterole AS create FROM pg_roles WHERE rolname = current_user',
    );
    const database = escapeIdentifier(new URL(ownerUrl).pathname.slice(1));
    const shown: string[] = [];
    for (const user of new Set(missing.map(({ url }) => userIn(url)))) {
      const login = missing.find(({ url }) => userIn(url) === user) as Login;
      const name = escapeIdentifier(user);
      const password = decodeURIComponent(new URL(login.url).password);
      const create = `CREATE ROLE ${name} LOGIN PASSWORD`;
      const connect = `GRANT CONNECT ON DATABASE ${database} TO ${name}`;
      if (may[0]?.create && password !== '') {
        await client.query(`${create} ${escapeLiteral(password)}; ${connect}`);
      } else shown.push(`${create} '...'; ${connect};`);
    }
    if (shown.length === 0) return;
    const variables = missing.map(({ variable }) => variable).join(', ');
    throw new EngineMisconfigured(
      'PostgreSQL',
      `users of ${variables} do not exist, and this one may not create them.`,
      `Have an administrator run: ${shown.join(' ')}`,
    );
  } finally {
    await client.end();
  }
}
