import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { findChain, loadChainsFile, purseXpubs } from '@daybook/chains';
import { FAMILIES, type Family } from '@daybook/domain';
import {
  type EmbeddedPostgres,
  freePort,
  isPortFree,
  startEmbeddedPostgres,
  unknownVariables,
} from '@daybook/platform';
import colors from 'picocolors';
import { readWatcherEnv } from '../../../chain-watcher/src/watcher.env';
import { readLedgerEnv, xpubsOf } from '../../../ledger/src/ledger.env';
import {
  apiKeyOf,
  type DataFolder,
  type LastStart,
  operatorKeyOf,
  passwordsOf,
  writePrivately,
} from '../cli/data-folder';
import { Failure } from '../cli/exit-codes';
import type { DemoChain, DemoChainPlace } from '../demo/chain';
import { startEvmChain } from '../demo/evm-chain';
import { chainsAwaited } from './chains-awaited';
import { claim } from './claim';
import { insist, keepRunning, type Startable } from './keep-running';
import { provision } from './provision';
import { startService } from './service';

/** `dist/apps`: the compiled apps lie beside this one. */
const APPS = dirname(dirname(dirname(__dirname)));

export interface LaunchOptions {
  readonly folder: DataFolder;
  readonly host: string;
  readonly port: number;
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
  // The watcher and gRPC listen beside the ledger where these ports are free.
  const watcherPort = await portBeside(port + 1);
  const grpcPort = Number(process.env.DAYBOOK_GRPC_PORT || (await portBeside(port + 2)));
  const urls = {
    ledgerUrl: hasLedger ? `http://${placeOf(host, port)}` : null,
    watcherUrl: options.withWatcher ? `http://${placeOf(host, watcherPort)}` : null,
  };

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
  if (chains.size > 0) declare(folder, [...chains.values()]);
  const shown = options.withChain ?? local[0];
  const chain = shown === undefined ? undefined : chains.get(shown);
  const chainsFile = chains.size > 0 ? folder.localChainsFile : options.chains;
  const prepare = () => insist(() => provision(postgres(), passwordsOf(folder)));
  const databases = await step('Database, roles and tables', prepare);
  rememberStart(folder, { postgresPort: postgres().port, ...urls }, chainsFile);
  const apiKey = apiKeyOf(folder);
  const common = {
    DAYBOOK_HTTP_HOST: host,
    ...(chainsFile !== undefined && { DAYBOOK_CHAINS_FILE: chainsFile }),
  };
  await startApp(keep, folder, 'ledger', urls.ledgerUrl, {
    ...common,
    DAYBOOK_DATABASE_URL: databases.ledger,
    DAYBOOK_DATABASE_URL_API: databases.ledger,
    DAYBOOK_DATABASE_URL_PROJECTOR: databases.projector,
    DAYBOOK_DATABASE_URL_CONSUMER: databases.consumer,
    DAYBOOK_DATABASE_URL_RELAY: databases.relay,
    DAYBOOK_DATABASE_URL_REACTIONS: databases.reactions,
    DAYBOOK_HTTP_PORT: String(port),
    DAYBOOK_GRPC_PORT: String(grpcPort),
    DAYBOOK_BOOTSTRAP_API_KEY: apiKey,
    DAYBOOK_OPERATOR_KEY: process.env.DAYBOOK_OPERATOR_KEY || operatorKeyOf(folder),
    ...(ledgerRoles && { DAYBOOK_ROLES: ledgerRoles.join(',') }),
  });
  await startApp(keep, folder, 'chain-watcher', urls.watcherUrl, {
    ...common,
    DAYBOOK_DATABASE_URL: databases.watcher,
    DAYBOOK_HTTP_PORT: String(watcherPort),
  });
  if (urls.watcherUrl !== null) {
    for (const sentence of await chainsAwaited(urls.watcherUrl, chainsFile)) {
      console.log(colors.yellow(`! ${sentence}`));
    }
  }
  const grpcAddress = hasLedger && grpcPort !== 0 ? placeOf(host, grpcPort) : null;
  return { ...urls, grpcAddress, apiKey, families, chain, chains: watchedIn(chainsFile) };
}

function watchedIn(chainsFile: string | undefined): readonly string[] {
  const registry = loadChainsFile(chainsFile ?? null);
  return registry.connections.map(({ chain, providers }) => {
    const name = findChain(registry, chain)?.name ?? chain;
    const count = providers.length === 1 ? '1 provider' : `${providers.length} providers`;
    return name === chain ? `${chain}, ${count}` : `${name} (${chain}), ${count}`;
  });
}

/** The names by which the launcher speaks of the local chains, and how they start. */
const LOCAL_CHAINS: Readonly<
  Record<Family, { readonly name: string; start(place: DemoChainPlace): Promise<DemoChain> }>
> = {
  evm: { name: 'The local chain', start: startEvmChain },
  tron: {
    name: 'The stand-in for a TRON node',
    // tronweb takes a while to load, and only this needs it.
    start: (place) =>
      (require('../demo/tron-chain') as typeof import('../demo/tron-chain')).startTronChain(place),
  },
};

/** The one that is asked for, and those that the folder has, since its books have their money. */
function localFamilies({ folder, chains, withChain }: LaunchOptions): readonly Family[] {
  if (withChain === undefined && chains !== undefined) return [];
  return FAMILIES.filter(
    (family) => family === withChain || existsSync(folder.localChains[family]),
  );
}

function declare({ localChainsFile }: DataFolder, chains: readonly (() => DemoChain)[]): void {
  const file = { chains: chains.map((chain) => chain().entry) };
  writePrivately(localChainsFile, `${JSON.stringify(file, null, 2)}\n`);
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
    DAYBOOK_CHAINS_FILE: chainsFile,
    // The launcher creates the database and the key itself.
    DAYBOOK_DATABASE_URL: 'postgres://127.0.0.1/daybook',
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

async function startApp(
  keep: Keep,
  folder: DataFolder,
  app: 'ledger' | 'chain-watcher',
  url: string | null,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  if (url === null) return;
  const module = join(APPS, app, 'src/main.js');
  const probe = app === 'ledger' ? ('readyz' as const) : ('startupz' as const);
  const program = { name: `The ${app}`, module, environment, logFile: log(folder, app), probe };
  const start = (_: object, spawned: (pid: number) => void) => startService(program, url, spawned);
  await keep(program.name, start, () => `The ${app} on ${url}`);
}

/** Stores the configuration for the commands that come later. It may contain secrets. */
function rememberStart(
  folder: DataFolder,
  start: Omit<LastStart, 'environment'>,
  chainsFile: string | undefined,
): void {
  const own = Object.entries(process.env).filter(([name]) => name.startsWith('DAYBOOK_'));
  const environment = {
    ...Object.fromEntries(own),
    ...(chainsFile !== undefined && { DAYBOOK_CHAINS_FILE: resolve(chainsFile) }),
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
