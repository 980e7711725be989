import { IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min } from 'class-validator';

/** What one process of the ledger does; several processes may share the roles. */
export const ROLES = ['api', 'projector', 'consumer', 'relay'] as const;
export type Role = (typeof ROLES)[number];

export const POSTGRES_URL = {
  protocols: ['postgres', 'postgresql'],
  require_protocol: true,
  require_tld: false,
};

/** The ledger's configuration, read once at start. `.env.example` explains each variable. */
export class LedgerEnv {
  @IsUrl(POSTGRES_URL, { message: '$property is not like postgres://user:password@host:5432/name' })
  readonly databaseUrl!: string;

  @IsString()
  readonly httpHost: string = '127.0.0.1';

  @IsInt()
  @Min(0)
  @Max(65_535)
  readonly httpPort: number = 3000;

  /** Comma-separated; all of them when left out. */
  @Matches(/^(api|projector|consumer|relay)(,(api|projector|consumer|relay))*$/, {
    message: `$property is not a list like ${ROLES.join(',')}`,
  })
  readonly roles: string = ROLES.join(',');

  /** Account-level extended public key; the public development key when left out. */
  @IsOptional()
  @IsString()
  readonly evmXpub?: string;

  /** JSON file that says which chains are active. */
  @IsOptional()
  @IsString()
  readonly chainsFile?: string;

  /** The key that the default account gets at first start. */
  @IsOptional()
  @Matches(/^dbk_[0-9A-Za-z]{8}_[0-9A-Za-z_-]{32,64}$/, {
    message: '$property is not of the form dbk_<8 characters>_<secret>',
  })
  readonly bootstrapApiKey?: string;

  /**
   * Requests that each API key may make in a minute, at each process. The default is about what one
   * process answers: it stops a runaway client and never a busy one.
   */
  @IsInt()
  @Min(1)
  readonly rateLimit: number = 120_000;

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug'])
  readonly logLevel: string = 'info';
}

export function hasRole(env: LedgerEnv, role: Role): boolean {
  return env.roles.split(',').includes(role);
}
