import { IsIn, IsInt, IsOptional, IsString, IsUrl, Max, Min } from 'class-validator';

export const POSTGRES_URL = {
  protocols: ['postgres', 'postgresql'],
  require_protocol: true,
  require_tld: false,
};

/** The chain-watcher's configuration, read once at start. `.env.example` explains each variable. */
export class WatcherEnv {
  @IsUrl(POSTGRES_URL, { message: '$property is not like postgres://user:password@host:5432/name' })
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

  @IsInt()
  @Min(0)
  @Max(65_535)
  readonly httpPort: number = 3001;

  /** How often the head of every chain is polled; by its block time when left out. */
  @IsOptional()
  @IsInt()
  @Min(50)
  @Max(60_000)
  readonly watcherPollMs?: number;

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug'])
  readonly logLevel: string = 'info';
}
