import 'reflect-metadata';
import { IsPostgresUrl, readEnvironment } from './env';
import { EngineMisconfigured, type Queries } from './plain';
import { type MigrationRecord, requirePostgres } from './require-postgres';
import { failStart } from './shutdown';

/** PostgreSQL's code for a role that does not exist. */
const UNDEFINED_OBJECT = '42704';

/** Held while migrating, so that processes that start at once take turns. Any constant would do. */
const MIGRATION_LOCK = 0x6461_7962;

interface Migrate {
  (ownerUrl: string, runtimeRole: string): Promise<void>;
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
 * The migration of an app: brings its schemas up to date as their owner, then grants the runtime role only what
 * it needs. `schema` is its own, which also keeps the record of migrations.
 */
export function migrationOf(
  schema: string,
  migrations: readonly (new () => { readonly name: string; up(queries: Queries): Promise<void> })[],
  grants: readonly ((queries: Queries, runtimeRole: string) => Promise<void>)[],
): Migrate {
  const migrate = async (ownerUrl: string, runtimeRole: string): Promise<void> => {
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
      for (const grant of grants) await grant(runner, runtimeRole);
    } finally {
      await runner.release();
      await dataSource.destroy();
    }
  };
  const names = migrations.map((Migration) => new Migration().name);
  return Object.assign(migrate, { record: { table: `${schema}.migration`, names } });
}

class MigrationEnv {
  /** The owner of the schemas. */
  @IsPostgresUrl()
  readonly migrationUrl!: string;

  /** The runtime role's URL. Rights are granted to its user. */
  @IsPostgresUrl()
  readonly databaseUrl!: string;
}

/** The main function of an app's migration: reads the environment, and shows a refusal as a sentence. */
export async function runMigration(migrate: Migrate): Promise<void> {
  try {
    const { migrationUrl, databaseUrl } = readEnvironment(MigrationEnv);
    const role = decodeURIComponent(new URL(databaseUrl).username);
    await requirePostgres({ url: migrationUrl, variable: 'DAYBOOK_MIGRATION_URL' });
    await migrate(migrationUrl, role).catch((error: Error & { code?: string }) => {
      if (error.code !== UNDEFINED_OBJECT) throw error;
      throw new EngineMisconfigured(
        'PostgreSQL',
        `the role "${role}" does not exist; the tables are granted to it.`,
        `Create it with \`CREATE ROLE "${role}" LOGIN PASSWORD '...'\`, or correct the user in DAYBOOK_DATABASE_URL.`,
        { cause: error },
      );
    });
  } catch (error) {
    failStart(error);
  }
}
