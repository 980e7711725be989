import { Client } from 'pg';
import { EngineMisconfigured } from './plain';

/** A running server answers within this time. */
const CONNECT_TIMEOUT_MS = 5_000;

const ENGINE = 'PostgreSQL';

/** What to correct, by the code of a failed connection. See PostgreSQL's appendix A for SQLSTATE. */
const REASONS: Readonly<Record<string, readonly [wrong: string, right: string]>> = {
  '28P01': ['the server refuses this user or password.', 'Correct them in'],
  '28000': ['the server does not let this user in.', 'Allow it in pg_hba.conf, or name another in'],
  '3D000': ['the server has no database of this name.', 'Create it, or correct the name in'],
  ECONNREFUSED: ['nothing listens on this port.', 'Start the server, or correct the address in'],
  ENOTFOUND: ['this host name is not known.', 'Correct it in'],
  EAI_AGAIN: ['this host name cannot be resolved now.', 'Check the name server, or correct it in'],
  ETIMEDOUT: ['this host does not answer.', 'Check the firewall, or correct the address in'],
  EHOSTUNREACH: ['no route leads to this host.', 'Check the network, or correct the address in'],
};

/** Which migrations a database needs, and the table `schema.table` that names those that have run. */
export interface MigrationRecord {
  readonly table: string;
  /** The newest last. */
  readonly names: readonly string[];
}

export interface PostgresRequirement {
  readonly url: string;
  /** The environment variable with the connection string, for the message. */
  readonly variable: string;
  /** The migrations, and their command; not checked when left out. */
  readonly migrated?: MigrationRecord & { readonly command: string };
}

/** Resolves when the database answers, accepts the user and is migrated; rejects with `EngineMisconfigured`. */
export async function requirePostgres(requirement: PostgresRequirement): Promise<void> {
  const { url, migrated } = requirement;
  const client = new Client({
    connectionString: url,
    application_name: 'daybook-start',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  });
  // A connection lost between two queries fails the second.
  client.on('error', () => undefined);
  const place = placeOf(url);
  try {
    await client.connect();
    if (migrated !== undefined) await requireMigrations(client, place, migrated);
  } catch (error) {
    if (error instanceof EngineMisconfigured) throw error;
    throw explain(error, place, requirement);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function requireMigrations(
  client: Client,
  place: string,
  { table, names, command }: NonNullable<PostgresRequirement['migrated']>,
): Promise<void> {
  // Null when the table does not exist.
  const { rows } = await client.query<{ usable: boolean | null }>(
    `SELECT has_table_privilege(to_regclass($1), 'SELECT') AS usable`,
    [table],
  );
  const usable = rows[0]?.usable ?? null;
  const refuse = (wrong: string, right: string) =>
    new EngineMisconfigured(ENGINE, `at ${place} ${wrong}`, right);
  const run = `\`${command}\`; run it first.`;
  if (usable === null)
    throw refuse(`the table ${table} does not exist.`, `It is created by ${run}`);
  if (!usable) throw refuse(`this user may not read ${table}.`, `Grants are made by ${run}`);
  const { rows: ran } = await client.query<{ name: string }>(`SELECT name FROM ${table}`);
  const missing = names.findLast((each) => !ran.some(({ name }) => name === each));
  if (missing === undefined) return;
  const wrong = `the tables are older than this version: the migration ${missing} has not run.`;
  throw refuse(wrong, `Run \`${command}\` first.`);
}

function explain(cause: unknown, place: string, requirement: PostgresRequirement) {
  const { variable, migrated } = requirement;
  const code = codeOf(cause);
  let [wrong, right] = REASONS[code] ?? [
    `the connection failed (${code}).`,
    'Correct the address in',
  ];
  // A schema that the user may not use is reported with this code, too.
  if (code === '42501' && migrated !== undefined) {
    wrong = "this user may not use Daybook's schemas.";
    right = `Grants are made by \`${migrated.command}\`; run it first, or name another user in`;
  }
  return new EngineMisconfigured(ENGINE, `at ${place} ${wrong}`, `${right} ${variable}.`, {
    cause,
  });
}

/** The code of a failure; for a host with several addresses, of the first. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const { code, message } = error as { code?: string; message: string };
  if (code !== undefined) return code;
  return /timeout/i.test(message) ? 'ETIMEDOUT' : message;
}

/** Host, port and database, without credentials. */
function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || '5432'}${pathname}`;
}
