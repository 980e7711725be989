import { readWatcherEnv } from '../../chain-watcher/src/watcher.env';
import { readLedgerEnv } from '../../ledger/src/ledger.env';

export interface ConfigurationToCheck {
  readonly host: string;
  readonly port: number;
  /** The chains file; undefined when there is none, or when the local chain writes it at its start. */
  readonly chains: string | undefined;
  /** Everything when left out; no ledger is configured when it is empty. */
  readonly ledgerRoles?: readonly string[];
  readonly withWatcher: boolean;
}

/**
 * Checks the variables and files that the apps will be given, before anything is started. Throws what
 * the apps would end with once PostgreSQL has been started.
 */
export function checkConfiguration(configuration: ConfigurationToCheck): void {
  const { host, port, chains, ledgerRoles, withWatcher } = configuration;
  const environment = {
    ...process.env,
    DAYBOOK_HTTP_HOST: host,
    DAYBOOK_HTTP_PORT: String(port),
    DAYBOOK_CHAINS_FILE: chains,
    // The launcher makes the database and the key itself.
    DAYBOOK_DATABASE_URL: 'postgres://127.0.0.1/daybook',
    DAYBOOK_BOOTSTRAP_API_KEY: undefined,
    ...(ledgerRoles && { DAYBOOK_ROLES: ledgerRoles.join(',') }),
  };
  if (ledgerRoles?.length !== 0) readLedgerEnv(environment);
  if (withWatcher) readWatcherEnv(environment);
}
