import { EngineMisconfigured } from '@daybook/platform/plain';
import { IsPostgresUrl, readEnvironment } from './env';
import { failStart } from './fail-start';
import { requirePostgres } from './require-postgres';

/** PostgreSQL's code for a role that does not exist. */
const UNDEFINED_OBJECT = '42704';

class MigrationEnv {
  /** The owner of the schemas. */
  @IsPostgresUrl()
  readonly migrationUrl!: string;

  /** The runtime role's URL. Rights are granted to its user. */
  @IsPostgresUrl()
  readonly databaseUrl!: string;
}

/** The main function of an app's migration: reads the environment, and shows a refusal as a sentence. */
export async function runMigration(
  migrate: (ownerUrl: string, runtimeRole: string) => Promise<void>,
): Promise<void> {
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
