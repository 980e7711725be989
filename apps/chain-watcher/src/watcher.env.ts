import { loadChainsFile } from '@daybook/chains';
import { parseBrokerAddress } from '@daybook/messaging';
import { IsPostgresUrl, IsWholeNumber, readEnvironment } from '@daybook/platform';
import { IsIn, IsOptional, IsString } from 'class-validator';

/** The chain-watcher's configuration, read once at start. `.env.example` explains each variable. */
export class WatcherEnv {
  @IsPostgresUrl()
  readonly databaseUrl!: string;

  /** `host:port,host:port`, or with `kafka://` and credentials; tables in PostgreSQL when left out. */
  @IsOptional()
  @IsString()
  readonly kafkaBrokers?: string;

  /** JSON file that says which chains are watched; none when left out. */
  @IsOptional()
  @IsString()
  readonly chainsFile?: string;

  /** Where `/livez`, `/readyz`, `/startupz` and `/metrics` answer. */
  @IsString()
  readonly httpHost: string = '127.0.0.1';

  @IsWholeNumber(0, 65_535)
  readonly httpPort: number = 3001;

  /** How often the head of every chain is polled; by its block time when left out. */
  @IsOptional()
  @IsWholeNumber(50, 60_000)
  readonly watcherPollMs?: number;

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug'])
  readonly logLevel: string = 'info';
}

/**
 * The configuration from environment variables, with everything that it names checked as far as no
 * other machine is needed. Throws an error whose message says what would be right.
 */
export function readWatcherEnv(source: NodeJS.ProcessEnv = process.env): Readonly<WatcherEnv> {
  const env = readEnvironment(WatcherEnv, source);
  loadChainsFile(env.chainsFile ?? null);
  if (env.kafkaBrokers !== undefined) parseBrokerAddress(env.kafkaBrokers, 'DAYBOOK_KAFKA_BROKERS');
  return env;
}
