import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { purseXpubs } from '@daybook/chains';
import type { Family } from '@daybook/domain';
import {
  type EmbeddedPostgres,
  freePort,
  isPortFree,
  startEmbeddedPostgres,
  unknownVariables,
} from '@daybook/platform';
import colors from 'picocolors';
import { readWatcherEnv } from '../../../chain-watcher/src/watcher.env';
import { newKeyring } from '../../../ledger/src/keyring.env';
import { readLedgerEnv, xpubsOf } from '../../../ledger/src/ledger.env';
import {
  apiKeyOf,
  type DataFolder,
  type LastStart,
  lookupKeysOf,
  operatorKeyOf,
  passwordsOf,
  vaultKeysOf,
  writePrivately,
} from '../cli/data-folder';
import { Failure } from '../cli/exit-codes';
import type { DemoChain } from '../demo/chain';
import { chainsAwaited } from './chains-awaited';
import { claim } from './claim';
import { insist, keepRunning, type Startable } from './keep-running';
import { declareChains, LOCAL_CHAINS, localFamilies, watchedIn } from './local-chains';
import { provision } from './provision';
import { startService } from './service';

const LOCAL = '127.0.0.1';

/** `dist/apps`: the compiled apps lie beside this one. */
const APPS = dirname(dirname(dirname(__dirname)));

export interface LaunchOptions {
  readonly folder: DataFolder;
  readonly host: string;
  readonly port: number;
  /** Allows ports without TLS that other machines can reach. */
  readonly insecure?: boolean | undefined;
  /** The chains file. By default the local chains of the folder, if there are any. */
  readonly chains?: string | undefined;
  /** Adds a local chain of this family to the folder. */
  readonly withChain?: Family | undefined;
  /** All roles by default. Without any role, no ledger is started. */
  readonly ledgerRoles?: readonly string[] | undefined;
  readonly withWatcher: boolean;
}

/** What runs after a launch. A URL is null if the service does not run. */
export interface Launched {
  readonly ledgerUrl: string | null;
  readonly watcherUrl: string | null;
  /** The metrics of the watcher; those of the ledger are beside its REST interface, with an operator's key. */
  readonly metricsUrl: string | null;
  /** The file of the services' own certificate, if they have TLS. */
  readonly certificate: string | undefined;
  /** `host:port`. */
  readonly grpcAddress: string | null;
  readonly apiKey: string;
  /** The chains that are watched, by name, such as `Base (eip155:8453)`. */
  readonly chains: readonly string[];
  /** Of which addresses can be minted. */
  readonly families: readonly Family[];
  /** A local chain as it runs now: the one that was asked for, or any of the folder. */
  readonly chain: (() => DemoChain) | undefined;
}

/** Stops what was started. Called in reverse order. */
export type Stop = () => Promise<void> | void;

/**
 * Starts PostgreSQL, the apps and, if requested, local chains, shows the progress, and keeps all of them
 * running. Each thing adds its `Stop` to `stops` as it starts.
 */
export async function launch(options: LaunchOptions, stops: Stop[]): Promise<Launched> {
  const { folder, host, port, ledgerRoles } = options;
  const hasLedger = ledgerRoles?.length !== 0;
  const local = localFamilies(options);
  // First: a name that nothing reads may be why the rest is refused.
  for (const sentence of unknownVariables(process.env)) console.log(colors.yellow(`! ${sentence}`));
  // The local chains have a chains file of their own.
  const families = checkConfiguration(options, local.length > 0 ? undefined : options.chains);
  mkdirSync(folder.logs, { recursive: true });
  const keep = await claimFolder(folder, stops);
  if (hasLedger && !(await isPortFree(port))) {
    const right = `Stop it, or choose another port: --port ${await freePort()}`;
    throw new Failure(`Port ${port} is in use by another program. ${right}`);
  }
  // The watcher, gRPC and the watcher's metrics listen beside the ledger where these ports are free.
  const watcherPort = await portBeside(port + 1);
  const grpcPort = Number(process.env.DAYBOOK_GRPC_PORT || (await portBeside(port + 2)));
  const metricsPort = Number(process.env.DAYBOOK_METRICS_PORT || 0);
  const watcherMetricsPort = await portBeside(metricsPort === 0 ? port + 3 : metricsPort + 1);
  const certificate = process.env.DAYBOOK_HTTP_TLS_CERT || undefined;
  const scheme = certificate === undefined ? 'http' : 'https';
  const urls = {
    ledgerUrl: hasLedger ? `${scheme}://${placeOf(host, port)}` : null,
    watcherUrl: options.withWatcher ? `${scheme}://${placeOf(host, watcherPort)}` : null,
  };
  const metricsPlace = placeOf(process.env.DAYBOOK_METRICS_HOST || LOCAL, watcherMetricsPort);
  const metricsUrl = options.withWatcher ? `${scheme}://${metricsPlace}/metrics` : null;

  const postgres = await keep<EmbeddedPostgres>(
    'PostgreSQL',
    (known) => startEmbeddedPostgres({ folder: folder.postgres, ...known }),
    (it) =>
      `PostgreSQL 18 on port ${it.port}${it.folder === folder.postgres ? '' : `, data in ${it.folder}`}`,
  );
  const chains = new Map<Family, () => DemoChain>();
  for (const family of local) {
    const { name, start } = LOCAL_CHAINS[family];
    const place = { folder: folder.localChains[family] };
    const startThere = (known: object) => start({ ...place, ...known });
    chains.set(family, await keep<DemoChain>(name, startThere, ({ description }) => description));
  }
  if (chains.size > 0) declareChains(folder, [...chains.values()]);
  const shown = options.withChain ?? local[0];
  const chain = shown === undefined ? undefined : chains.get(shown);
  const chainsFile = chains.size > 0 ? folder.localChainsFile : options.chains;
  const prepare = () => insist(() => provision(postgres(), passwordsOf(folder)));
  const databases = await step('Database, roles and tables', prepare);
  rememberStart(folder, { postgresPort: postgres().port, ...urls }, chainsFile);
  const apiKey = apiKeyOf(folder);
  const common = {
    DAYBOOK_HTTP_HOST: host,
    ...(options.insecure && { DAYBOOK_INSECURE: 'true' }),
    ...(chainsFile !== undefined && { DAYBOOK_CHAINS_FILE: chainsFile }),
  };
  const startOne = appStarter(keep, folder, certificate);
  await startOne('ledger', urls.ledgerUrl, {
    ...common,
    DAYBOOK_DATABASE_URL: databases.ledger,
    DAYBOOK_DATABASE_URL_API: databases.ledger,
    DAYBOOK_DATABASE_URL_PROJECTOR: databases.projector,
    DAYBOOK_DATABASE_URL_CONSUMER: databases.consumer,
    DAYBOOK_DATABASE_URL_RELAY: databases.relay,
    DAYBOOK_DATABASE_URL_REACTIONS: databases.reactions,
    DAYBOOK_HTTP_PORT: String(port),
    DAYBOOK_GRPC_PORT: String(grpcPort),
    DAYBOOK_METRICS_PORT: String(metricsPort),
    DAYBOOK_BOOTSTRAP_API_KEY: apiKey,
    DAYBOOK_OPERATOR_KEY: process.env.DAYBOOK_OPERATOR_KEY || operatorKeyOf(folder),
    DAYBOOK_VAULT_KEYS: process.env.DAYBOOK_VAULT_KEYS || vaultKeysOf(folder),
    DAYBOOK_LOOKUP_KEYS: process.env.DAYBOOK_LOOKUP_KEYS || lookupKeysOf(folder),
    ...(ledgerRoles && { DAYBOOK_ROLES: ledgerRoles.join(',') }),
  });
  await startOne('chain-watcher', urls.watcherUrl, {
    ...common,
    DAYBOOK_DATABASE_URL: databases.watcher,
    DAYBOOK_HTTP_PORT: String(watcherPort),
    DAYBOOK_METRICS_PORT: String(watcherMetricsPort),
  });
  if (urls.watcherUrl !== null) {
    for (const sentence of await chainsAwaited(urls.watcherUrl, chainsFile, certificate)) {
      console.log(colors.yellow(`! ${sentence}`));
    }
  }
  const grpcAddress = hasLedger && grpcPort !== 0 ? placeOf(host, grpcPort) : null;
  const known = { ...urls, metricsUrl, grpcAddress, certificate };
  return { ...known, apiKey, families, chain, chains: watchedIn(chainsFile) };
}

/**
 * Throws the configuration errors of the apps before anything is started. Returns the families of which the
 * ledger has an xpub.
 */
function checkConfiguration(
  options: LaunchOptions,
  chainsFile: string | undefined,
): readonly Family[] {
  const { host, port, ledgerRoles } = options;
  const environment = {
    ...process.env,
    DAYBOOK_HTTP_HOST: host,
    DAYBOOK_HTTP_PORT: String(port),
    DAYBOOK_GRPC_PORT: process.env.DAYBOOK_GRPC_PORT || String(port + 2),
    ...(options.insecure && { DAYBOOK_INSECURE: 'true' }),
    DAYBOOK_CHAINS_FILE: chainsFile,
    // The launcher creates the database and the keys itself.
    DAYBOOK_DATABASE_URL: 'postgres://127.0.0.1/daybook',
    DAYBOOK_VAULT_KEYS: process.env.DAYBOOK_VAULT_KEYS || newKeyring(),
    DAYBOOK_LOOKUP_KEYS: process.env.DAYBOOK_LOOKUP_KEYS || newKeyring(),
    DAYBOOK_BOOTSTRAP_API_KEY: undefined,
    ...(ledgerRoles && { DAYBOOK_ROLES: ledgerRoles.join(',') }),
  };
  const xpubs =
    ledgerRoles?.length === 0 ? null : purseXpubs(xpubsOf(readLedgerEnv(environment)), []);
  if (options.withWatcher) readWatcherEnv(environment);
  return [...(xpubs?.keys() ?? [])];
}

/**
 * Starts something, keeps it running, and returns a function that gives the running instance. A restart
 * gets the port of the instance before, because others know it. `start` calls `spawned` if a process runs
 * before it is ready, so that the next launcher ends it if this one is killed.
 */
type Keep = <T extends Startable & { readonly port?: number }>(
  name: string,
  start: (known: { readonly port?: number }, spawned: (pid: number) => void) => Promise<T>,
  describe: (started: T) => string,
) => Promise<() => T>;

async function claimFolder(folder: DataFolder, stops: Stop[]): Promise<Keep> {
  const claimed = await claim(folder);
  stops.push(claimed.release);
  return async (name, start, describe) => {
    let known: { readonly port?: number } = {};
    const spawned = (pid: number): void => claimed.note(name, pid);
    const startAndNote = async () => {
      const started = await start(known, spawned);
      spawned(started.pid);
      if (started.port !== undefined) known = { port: started.port };
      return started;
    };
    const keep = () => keepRunning(name, startAndNote, tell);
    const kept = await step(name, keep, ({ current }) => describe(current()));
    stops.push(kept.stop);
    return kept.current;
  };
}

function tell(sentence: string): void {
  console.log(`${colors.dim(new Date().toTimeString().slice(0, 8))} ${sentence}`);
}

/** Starts the apps and keeps them running. One whose `url` is null is not started. */
function appStarter(keep: Keep, folder: DataFolder, certificate: string | undefined) {
  return async (
    app: 'ledger' | 'chain-watcher',
    url: string | null,
    environment: Readonly<Record<string, string>>,
  ): Promise<void> => {
    if (url === null) return;
    const module = join(APPS, app, 'src/main.js');
    const probe = app === 'ledger' ? ('readyz' as const) : ('startupz' as const);
    const files = { module, logFile: log(folder, app), certificate };
    const program = { name: `The ${app}`, ...files, environment, probe };
    const start = (_: object, spawned: (pid: number) => void) =>
      startService(program, url, spawned);
    await keep(program.name, start, () => `The ${app} on ${url}`);
  };
}

/** Whoever gives keys in the environment keeps them off this disk. */
const KEPT_ELSEWHERE = ['DAYBOOK_VAULT_KEYS', 'DAYBOOK_LOOKUP_KEYS'];

/** Stores the configuration for the commands that come later. It may contain secrets. */
function rememberStart(
  folder: DataFolder,
  start: Omit<LastStart, 'environment'>,
  chainsFile: string | undefined,
): void {
  const own = Object.entries(process.env).filter(
    ([name]) => name.startsWith('DAYBOOK_') && !KEPT_ELSEWHERE.includes(name),
  );
  const certificate = process.env.DAYBOOK_HTTP_TLS_CERT;
  const environment = {
    ...Object.fromEntries(own),
    ...(chainsFile !== undefined && { DAYBOOK_CHAINS_FILE: resolve(chainsFile) }),
    ...(certificate && { DAYBOOK_HTTP_TLS_CERT: resolve(certificate) }),
  };
  writePrivately(folder.lastStartFile, `${JSON.stringify({ ...start, environment }, null, 2)}\n`);
}

/** Shows a line of progress, which the description of the result replaces. */
async function step<T>(
  title: string,
  work: () => Promise<T>,
  describe: (result: T) => string = () => title,
): Promise<T> {
  if (process.stdout.isTTY) process.stdout.write(`${colors.dim(`  ${title} ...`)}\r`);
  const result = await work();
  console.log(`${colors.green('\u2714')} ${describe(result).padEnd(title.length + 4)}`);
  return result;
}

function log({ logs }: DataFolder, app: string): string {
  return join(logs, `${app}.log`);
}

async function portBeside(port: number): Promise<number> {
  return (await isPortFree(port)) ? port : freePort();
}

/** `host:port` */
function placeOf(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
