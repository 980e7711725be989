import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min } from 'class-validator';

/** What one process of the ledger does; several processes may share the roles. */
export const ROLES = ['api', 'projector', 'consumer', 'relay'] as const;
export type Role = (typeof ROLES)[number];

const POSTGRES_URL = { protocols: ['postgres', 'postgresql'], require_tld: false };

/** The ledger's configuration, read once at start. `.env.example` explains each variable. */
export class LedgerEnv {
  @IsUrl(POSTGRES_URL)
  readonly DAYBOOK_DATABASE_URL!: string;

  @IsOptional()
  @IsString()
  readonly DAYBOOK_HTTP_HOST: string = '127.0.0.1';

  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(65_535)
  readonly DAYBOOK_HTTP_PORT: number = 3000;

  @Transform(({ value }) =>
    String(value)
      .split(',')
      .map((role) => role.trim()),
  )
  @IsIn(ROLES, { each: true })
  readonly DAYBOOK_ROLES: readonly Role[] = ROLES;

  /** Account-level extended public key; the public development key when left out. */
  @IsOptional()
  @IsString()
  readonly DAYBOOK_EVM_XPUB?: string;

  /** JSON file that says which chains are active. */
  @IsOptional()
  @IsString()
  readonly DAYBOOK_CHAINS_FILE?: string;

  /** The key that the default account gets at first start. */
  @IsOptional()
  @Matches(/^dbk_[0-9A-Za-z]{8}_[0-9A-Za-z_-]{32,64}$/, {
    message: 'DAYBOOK_BOOTSTRAP_API_KEY is not of the form dbk_<8 characters>_<secret>',
  })
  readonly DAYBOOK_BOOTSTRAP_API_KEY?: string;

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug'])
  readonly DAYBOOK_LOG_LEVEL: string = 'info';
}
