import { loadChainsFile, purseXpubs } from '@daybook/chains';
import type { Family } from '@daybook/domain';
import { checkConnectionString } from '@daybook/event-store';
import { parseBrokerAddress } from '@daybook/messaging';
import { AppEnv, IsWholeNumber, readEnvironment } from '@daybook/platform';
import { IsBoolean, IsOptional, IsString, Matches } from 'class-validator';
import { grpcCredentials } from './grpc/credentials';

/** What one process of the ledger does; several processes may share the roles. */
export const ROLES = ['api', 'projector', 'consumer', 'relay'] as const;
export type Role = (typeof ROLES)[number];

/** The ledger's configuration, read once at start. `.env.example` explains each variable. */
export class LedgerEnv extends AppEnv {
  /** Connection string with its credentials; the log of events is in PostgreSQL when left out. */
  @IsOptional()
  @IsString()
  readonly eventstoredbUrl?: string;

  @IsWholeNumber(0, 65_535)
  readonly httpPort: number = 3000;

  /** Where gRPC listens, on the host of HTTP; 0 turns it off. */
  @IsWholeNumber(0, 65_535)
  readonly grpcPort: number = 0;

  /** PEM files of the certificate (chain) and key of the gRPC port; without them it has no TLS. */
  @IsOptional()
  @IsString()
  readonly grpcTlsCert?: string;

  @IsOptional()
  @IsString()
  readonly grpcTlsKey?: string;

  /** PEM file of the authority that signed the clients' certificates: mutual TLS. */
  @IsOptional()
  @IsString()
  readonly grpcTlsClientCa?: string;

  /** Comma-separated names of which a client's certificate must have one; any when left out. */
  @IsOptional()
  @Matches(/^ *(DNS|URI|email):[^, ]+( *, *(DNS|URI|email):[^, ]+)* *$/, {
    message: '$property must be a list like DNS:games.internal,URI:spiffe://internal/games',
  })
  readonly grpcTlsClientNames?: string;

  /** Whether gRPC tells anybody, without a key, what there is. Never in production unless wanted. */
  @IsBoolean()
  readonly grpcReflection: boolean = process.env.NODE_ENV !== 'production';

  /** Comma-separated; all of them when left out. */
  @Matches(/^(api|projector|consumer|relay)(,(api|projector|consumer|relay))*$/, {
    message: `$property must be a list like ${ROLES.join(',')}`,
  })
  readonly roles: string = ROLES.join(',');

  /** Account-level extended public key; the public development key when left out. */
  @IsOptional()
  @IsString()
  readonly evmXpub?: string;

  /** The key that the default account gets at first start. */
  @IsOptional()
  @Matches(/^dbk_[0-9A-Za-z]{8}_[0-9A-Za-z_-]{32,64}$/, {
    message: '$property must be of the form dbk_<8 characters>_<secret>',
  })
  readonly bootstrapApiKey?: string;

  /** The key that the first operator gets at first start. */
  @IsOptional()
  @Matches(/^dbo_[0-9A-Za-z]{8}_[0-9A-Za-z_-]{32,64}$/, {
    message: '$property is not of the form dbo_<8 characters>_<secret>',
  })
  readonly operatorKey?: string;

  /**
   * Requests that each API key may make in a minute, at each process. The default is about what one
   * process answers: it stops a runaway client and never a busy one.
   */
  @IsWholeNumber(1)
  readonly rateLimit: number = 120_000;
}

/** The configured xpub of each family. TRON gets its variable when its chains can be watched. */
export function xpubsOf({ evmXpub }: LedgerEnv): Readonly<Record<Family, string | undefined>> {
  return { evm: evmXpub, tron: undefined };
}

export function hasRole(env: LedgerEnv, role: Role): boolean {
  return env.roles.split(',').includes(role);
}

/**
 * The configuration from environment variables, with everything that it names checked as far as no
 * other machine is needed. Throws an error whose message says what would be right.
 */
export function readLedgerEnv(source: NodeJS.ProcessEnv = process.env): Readonly<LedgerEnv> {
  const env = readEnvironment(LedgerEnv, source);
  const { connections } = loadChainsFile(env.chainsFile ?? null);
  purseXpubs(
    xpubsOf(env),
    connections.map(({ chain }) => chain),
  );
  grpcCredentials(env);
  if (env.eventstoredbUrl !== undefined) checkConnectionString(env.eventstoredbUrl);
  if (env.kafkaBrokers !== undefined) parseBrokerAddress(env.kafkaBrokers, 'DAYBOOK_KAFKA_BROKERS');
  return env;
}
