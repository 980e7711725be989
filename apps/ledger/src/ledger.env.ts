import { InvalidXpub, loadChainsFile, purseXpubs } from '@daybook/chains';
import type { Family } from '@daybook/domain';
import { checkConnectionString, DEFAULT_PREFIX, STREAM_PREFIX } from '@daybook/event-store';
import { parseBrokerAddress } from '@daybook/messaging';
import {
  AppEnv,
  IsPostgresUrl,
  IsWholeNumber,
  parseProxies,
  readEnvironment,
  readHttpTls,
} from '@daybook/platform';
import { IsBoolean, IsOptional, IsString, Matches } from 'class-validator';
import { loadWalletsFile } from './account-wallets.env';
import { GRPC_TLS, readTlsFiles } from './grpc-tls.env';

/** The roles of a process. Several processes may share them. */
export const ROLES = ['api', 'projector', 'consumer', 'relay'] as const;
export type Role = (typeof ROLES)[number];

/**
 * The roles of the database, one for each part of a process that writes other tables than the rest. Reactions run in
 * every process with the projector. In the order in which a process prefers them for what several may do.
 */
export const DATABASE_ROLES = ['api', 'consumer', 'reactions', 'relay', 'projector'] as const;
export type DatabaseRole = (typeof DATABASE_ROLES)[number];

/** How the ledger reaches its database. */
export class DatabaseEnv extends AppEnv {
  /** For each role of the database a connection string of its own; `databaseUrl` when left out. */
  @IsOptional()
  @IsPostgresUrl()
  readonly databaseUrlApi?: string;

  @IsOptional()
  @IsPostgresUrl()
  readonly databaseUrlConsumer?: string;

  @IsOptional()
  @IsPostgresUrl()
  readonly databaseUrlReactions?: string;

  @IsOptional()
  @IsPostgresUrl()
  readonly databaseUrlRelay?: string;

  @IsOptional()
  @IsPostgresUrl()
  readonly databaseUrlProjector?: string;
}

/** The ledger's configuration, read once at start. `.env.example` explains each variable. */
export class LedgerEnv extends DatabaseEnv {
  /** Connection string with credentials. Without it the event log is in PostgreSQL. */
  @IsOptional()
  @IsString()
  readonly eventstoredbUrl?: string;

  /** In front of the names of streams in EventStoreDB. A log that has begun keeps the prefix that it began with. */
  @Matches(STREAM_PREFIX, {
    message: '$property must have 1 to 32 letters, digits, dots and underscores, such as daybook.',
  })
  readonly streamPrefix: string = DEFAULT_PREFIX;

  @IsWholeNumber(0, 65_535)
  readonly httpPort: number = 3000;

  /** The port of gRPC, on the same host as HTTP; 0 disables gRPC. */
  @IsWholeNumber(0, 65_535)
  readonly grpcPort: number = 0;

  /** Open connections of the gRPC port, each with many calls. Further ones are closed at once. */
  @IsWholeNumber(1)
  readonly grpcConnectionsMax: number = 1_000;

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

  /** Comma-separated. A client certificate must have one of these names. Without it, any name is allowed. */
  @IsOptional()
  @Matches(/^ *(DNS|URI|email):[^, ]+( *, *(DNS|URI|email):[^, ]+)* *$/, {
    message: '$property must be a list like DNS:games.internal,URI:spiffe://internal/games',
  })
  readonly grpcTlsClientNames?: string;

  /** Whether gRPC serves reflection, without a key. Off by default if `NODE_ENV` is `production`. */
  @IsBoolean()
  readonly grpcReflection: boolean = process.env.NODE_ENV !== 'production';

  /** Comma-separated; all roles by default. */
  @Matches(/^(api|projector|consumer|relay)(,(api|projector|consumer|relay))*$/, {
    message: `$property must be a list like ${ROLES.join(',')}`,
  })
  readonly roles: string = ROLES.join(',');

  /** Account-level extended public key; the public development key by default, if no family has one. */
  @IsOptional()
  @IsString()
  readonly evmXpub?: string;

  /** The same for TRON. */
  @IsOptional()
  @IsString()
  readonly tronXpub?: string;

  /** JSON file with the wallets and gas addresses of accounts; none when left out. */
  @IsOptional()
  @IsString()
  readonly walletsFile?: string;

  /** The key of the default account, issued at the first start. */
  @IsOptional()
  @Matches(/^dbk_[0-9A-Za-z]{8}_[0-9A-Za-z_-]{32,64}$/, {
    message: '$property must be of the form dbk_<8 characters>_<secret>',
  })
  readonly bootstrapApiKey?: string;

  /** The key of the first operator, issued at the first start. */
  @IsOptional()
  @Matches(/^dbo_[0-9A-Za-z]{8}_[0-9A-Za-z_-]{32,64}$/, {
    message: '$property is not of the form dbo_<8 characters>_<secret>',
  })
  readonly operatorKey?: string;

  /**
   * Requests per API key, tier and minute, over all processes. The default is about what one process can answer: it stops
   * a runaway client but not a busy one. The policy of an account comes first.
   */
  @IsWholeNumber(1)
  readonly rateLimit: number = 120_000;

  /** The same for the tier of operations that mint and create; `rateLimit` when left out. */
  @IsOptional()
  @IsWholeNumber(1)
  readonly rateLimitWallet?: number;

  /** The same for the tier of operations that move money by hand, or give or take rights; `rateLimit` when left out. */
  @IsOptional()
  @IsWholeNumber(1)
  readonly rateLimitFinancial?: number;

  /** Wrong keys a minute, of one address and of one key id; further ones are refused without a query. */
  @IsWholeNumber(1)
  readonly failedAuthentications: number = 60;

  /** Addresses and ranges of the proxies whose `X-Forwarded-For` is believed; none when left out. */
  @IsOptional()
  @IsString()
  readonly trustedProxies?: string;
}

/** The configured xpub of each family. */
export function xpubsOf(env: LedgerEnv): Readonly<Record<Family, string | undefined>> {
  return { evm: env.evmXpub, tron: env.tronXpub };
}

const URL_OF = {
  api: 'databaseUrlApi',
  consumer: 'databaseUrlConsumer',
  reactions: 'databaseUrlReactions',
  relay: 'databaseUrlRelay',
  projector: 'databaseUrlProjector',
} as const satisfies Record<DatabaseRole, keyof DatabaseEnv>;

/** The variable that names the database for a role, and what it has. */
export function databaseOf(env: DatabaseEnv, role: DatabaseRole) {
  const own = env[URL_OF[role]];
  return own === undefined
    ? { url: env.databaseUrl, variable: 'DAYBOOK_DATABASE_URL' }
    : { url: own, variable: `DAYBOOK_DATABASE_URL_${role.toUpperCase()}` };
}

export function databaseUrlOf(env: DatabaseEnv, role: DatabaseRole): string {
  return databaseOf(env, role).url;
}

/** The roles of the database that this process runs; at least one. */
export function databaseRolesOf(env: LedgerEnv): readonly DatabaseRole[] {
  return DATABASE_ROLES.filter((role) => hasRole(env, role));
}

/** Roles that append events. The others only read the event log. */
export const APPENDING_ROLES: readonly DatabaseRole[] = ['api', 'consumer', 'reactions'];

/** Whether this process appends events: one that only relays them may not. */
export function mayAppend(env: LedgerEnv): boolean {
  return APPENDING_ROLES.some((role) => hasRole(env, role));
}

/** Whether this process runs what a role of the database is for. */
export function hasRole(env: LedgerEnv, role: DatabaseRole): boolean {
  return env.roles.split(',').includes(role === 'reactions' ? 'projector' : role);
}

/**
 * Reads the configuration from environment variables. Checks everything that can be checked without
 * another machine, such as files. Throws an error that lists every fault and what is expected.
 */
export function readLedgerEnv(source: NodeJS.ProcessEnv = process.env): Readonly<LedgerEnv> {
  const env = readEnvironment(LedgerEnv, source);
  const { connections } = loadChainsFile(env.chainsFile ?? null);
  checkXpubs(
    env,
    connections.map(({ chain }) => chain),
  );
  httpTlsOf(env);
  parseProxies(env.trustedProxies);
  loadWalletsFile(env.walletsFile ?? null);
  if (env.eventstoredbUrl !== undefined) checkConnectionString(env.eventstoredbUrl);
  if (env.kafkaBrokers !== undefined) parseBrokerAddress(env.kafkaBrokers);
  return env;
}

/**
 * The certificate of the HTTP ports, checked; null without TLS. Throws an `EnvironmentError`, also for ports that are open
 * to other machines without TLS.
 */
export function httpTlsOf(env: LedgerEnv) {
  const grpc = {
    ...{ name: 'gRPC', host: env.httpHost, hostVariable: 'DAYBOOK_HTTP_HOST', tls: GRPC_TLS },
    isEncrypted: readTlsFiles(env) !== null,
  };
  return readHttpTls(env, env.grpcPort === 0 ? [] : [grpc]);
}

const XPUB_VARIABLES: Readonly<Record<Family, string>> = {
  evm: 'DAYBOOK_EVM_XPUB',
  tron: 'DAYBOOK_TRON_XPUB',
};

/** Throws `InvalidXpub`, which names the variable that is wrong or missing. */
function checkXpubs(env: LedgerEnv, chains: readonly string[]): void {
  try {
    purseXpubs(xpubsOf(env), chains);
  } catch (error) {
    if (!(error instanceof InvalidXpub)) throw error;
    const { family, message } = error;
    throw new InvalidXpub(family, `${XPUB_VARIABLES[family]}: ${message}`);
  }
}
