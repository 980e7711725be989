import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  type EmbeddedPostgres,
  freePort,
  isPortFree,
  startEmbeddedPostgres,
} from '@daybook/platform';
import { Listr, type ListrTask } from 'listr2';
import { checkConfiguration } from './check-configuration';
import { claim } from './claim';
import { type LastStart, rememberStart } from './cli/installation';
import { apiKeyOf, type DataFolder, makeFolders, operatorKeyOf, secretsOf } from './data-folder';
import { type DemoChain, startDemoChain } from './demo/chain';
import { insist, type Kept, keepRunning, type Startable } from './keep-running';
import { boundLogs } from './log-file';
import { type DatabaseUrls, provision } from './provision';
import { runToEnd, startService } from './service';
import type { Stack } from './stack';

/** `dist/apps`, where this app lies beside the others. */
const APPS = dirname(dirname(__dirname));
/** The watcher's own endpoint (health, metrics) is beside the ledger's when that port is free. */
const WATCHER_PORT_OFFSET = 1;
/** gRPC is beside both, unless DAYBOOK_GRPC_PORT says otherwise. */
const GRPC_PORT_OFFSET = 2;

export interface LaunchOptions {
  readonly folder: DataFolder;
  readonly host: string;
  readonly port: number;
  /** Says which chains are watched. Left out: the local chain of the folder, if it has one. */
  readonly chains?: string;
  /** Adds a local EVM chain to the folder. */
  readonly withChain: boolean;
  /** What the ledger does; everything when left out, and no ledger runs when it is empty. */
  readonly ledgerRoles?: readonly string[];
  readonly withWatcher: boolean;
  readonly tell: (sentence: string) => void;
}

export interface Launched {
  /** Base URLs; null for what does not run. */
  readonly ledgerUrl: string | null;
  readonly watcherUrl: string | null;
  /** `host:port`; null where there is no gRPC. */
  readonly grpcAddress: string | null;
  readonly apiKey: string;
  /** The local chain as it runs now, when there is one. */
  readonly chain: (() => DemoChain) | undefined;
}

type Start<T> = (spawned: (pid: number) => void) => Promise<T>;

/** What the steps of a launch hand on to each other. */
interface Session extends LaunchOptions {
  readonly apiKey: string;
  readonly watcherPort: number;
  /** 0 turns gRPC off. */
  readonly grpcPort: number;
  /**
   * Starts something, keeps it running, and stops it in its turn. A process that `start` tells of
   * before it is ready is ended by the next launcher should this one be killed meanwhile.
   */
  keep<T extends Startable>(name: string, start: Start<T>): Promise<Kept<T>>;
  postgres?: Kept<EmbeddedPostgres>;
  chain?: Kept<DemoChain>;
  databases?: DatabaseUrls;
}

/**
 * Starts PostgreSQL, the apps and, if wanted, a local chain, shows the progress, and keeps all of
 * them running. What was started is pushed to `stack` as it starts. Rejects with a sentence that
 * says what would be right.
 */
export async function launch(options: LaunchOptions, stack: Stack): Promise<Launched> {
  const session = await openSession(options, stack);
  await new Listr(steps(session), { rendererOptions: { showErrorMessage: false } })
    .run()
    .catch((error: Error) => {
      throw error.cause ?? error;
    });
  const { host, port, watcherPort, grpcPort, apiKey, chain } = session;
  const hasGrpc = hasLedger(session) && grpcPort !== 0;
  return {
    ledgerUrl: hasLedger(session) ? urlAt(host, port) : null,
    watcherUrl: session.withWatcher ? urlAt(host, watcherPort) : null,
    grpcAddress: hasGrpc ? urlAt(host, grpcPort).replace('http://', '') : null,
    apiKey,
    chain: chain && (() => chain.current()),
  };
}

async function openSession(options: LaunchOptions, stack: Stack): Promise<Session> {
  const { folder, port, tell } = options;
  checkConfiguration({ ...options, chains: hasLocalChain(options) ? undefined : options.chains });
  makeFolders(folder);
  const held = await claim(folder);
  stack.push(() => held.release());
  if (hasLedger(options) && !(await isPortFree(port))) {
    throw new Error(
      `Port ${port} is in use by another program. Stop that, or choose another: --port ${await freePort()}`,
    );
  }
  stack.push(boundLogs(['migrations', 'ledger', 'chain-watcher'].map((name) => log(folder, name))));
  const { DAYBOOK_GRPC_PORT: grpcPort } = process.env;
  return {
    ...options,
    apiKey: apiKeyOf(folder),
    watcherPort: await portBeside(port + WATCHER_PORT_OFFSET),
    grpcPort: grpcPort ? Number(grpcPort) : await portBeside(port + GRPC_PORT_OFFSET),
    keep: async (name, start) => {
      const spawned = (pid: number): void => held.note(name, pid);
      const startAndNote = async () => {
        const started = await start(spawned);
        spawned(started.pid);
        return started;
      };
      const kept = await keepRunning(name, startAndNote, tell);
      stack.push(() => kept.stop());
      return kept;
    },
  };
}

/** This port when it is free, else any that is. */
async function portBeside(port: number): Promise<number> {
  return (await isPortFree(port)) ? port : freePort();
}

function steps(session: Session): ListrTask[] {
  const { folder, host, port, watcherPort, keep } = session;
  return [
    step('PostgreSQL', async () => {
      session.postgres = await keepOnPort(session, 'PostgreSQL', (known) =>
        startEmbeddedPostgres({ folder: folder.postgres, ...known }),
      );
      const server = session.postgres.current();
      const elsewhere = server.folder === folder.postgres ? '' : `, data in ${server.folder}`;
      return `PostgreSQL 18 on port ${server.port}${elsewhere}`;
    }),
    ...(hasLocalChain(session)
      ? [
          step('Local EVM chain', async () => {
            session.chain = await keepOnPort(session, 'The local chain', (known) =>
              startDemoChain({ folder: folder.chain, ...known }),
            );
            return `Local EVM chain (anvil) on ${session.chain.current().url}`;
          }),
        ]
      : []),
    step('Database, roles and tables', async () => {
      await insist(() => prepareDatabase(session));
      rememberStart(folder, lastStart(session));
      return 'Database, roles and tables';
    }),
    ...(hasLedger(session)
      ? [
          step('Ledger', async () => {
            await keep('The ledger', (spawned) => startApp(session, 'ledger', spawned));
            return `Ledger on ${urlAt(host, port)}`;
          }),
        ]
      : []),
    ...(session.withWatcher
      ? [
          step('Chain-watcher', async () => {
            await keep('The chain-watcher', (spawned) =>
              startApp(session, 'chain-watcher', spawned),
            );
            return `Chain-watcher on ${urlAt(host, watcherPort)}`;
          }),
        ]
      : []),
  ];
}

/** What the commands that look at the folder later have to know. */
function lastStart(session: Session): LastStart {
  const { host, port, watcherPort, withWatcher, postgres } = session;
  const chainsFile = chainsFileOf(session);
  const own = Object.entries(process.env).filter(([name]) => name.startsWith('DAYBOOK_'));
  return {
    postgresPort: (postgres as Kept<EmbeddedPostgres>).current().port,
    ledgerUrl: hasLedger(session) ? urlAt(host, port) : null,
    watcherUrl: withWatcher ? urlAt(host, watcherPort) : null,
    environment: {
      ...Object.fromEntries(own as [string, string][]),
      ...(chainsFile !== undefined && { DAYBOOK_CHAINS_FILE: resolve(chainsFile) }),
    },
  };
}

function hasLocalChain({ withChain, chains, folder }: LaunchOptions): boolean {
  return withChain || (chains === undefined && existsSync(folder.chain));
}

function hasLedger({ ledgerRoles }: LaunchOptions): boolean {
  return ledgerRoles?.length !== 0;
}

function chainsFileOf({ chain, chains }: Session): string | undefined {
  return chain?.current().chainsFile ?? chains;
}

/** A line of the progress; `work` returns what it says when done. A failure is told in full below. */
function step(title: string, work: () => Promise<string>): ListrTask {
  return {
    title,
    task: async (_, task) => {
      try {
        task.title = await work();
      } catch (cause) {
        throw new Error('see below', { cause });
      }
    },
  };
}

/** Keeps what the apps reach at a port: once started, it comes back on the same one. */
async function keepOnPort<T extends Startable & { readonly port: number }>(
  { keep }: Session,
  name: string,
  start: (known: { port?: number }) => Promise<T>,
): Promise<Kept<T>> {
  let known: { port?: number } = {};
  const kept = await keep(name, () => start(known));
  known = { port: kept.current().port };
  return kept;
}

async function prepareDatabase(session: Session): Promise<void> {
  const server = session.postgres?.current();
  if (!server) throw new Error('PostgreSQL comes before its databases.');
  const databases = await provision(server.url, secretsOf(session.folder));
  session.databases = databases;
  for (const [app, runtimeUrl] of [
    ['ledger', databases.ledger],
    ['chain-watcher', databases.watcher],
  ] as const) {
    await runToEnd({
      name: `The migration of ${app}`,
      module: join(APPS, app, 'src/migrate.js'),
      environment: { DAYBOOK_MIGRATION_URL: databases.owner, DAYBOOK_DATABASE_URL: runtimeUrl },
      logFile: log(session.folder, 'migrations'),
    });
  }
}

function startApp(
  session: Session,
  app: 'ledger' | 'chain-watcher',
  spawned: (pid: number) => void,
): Promise<Startable> {
  const { folder, host, databases, apiKey, ledgerRoles } = session;
  if (!databases) throw new Error('The database comes before its users.');
  const chainsFile = chainsFileOf(session);
  const [port, databaseUrl, own] =
    app === 'ledger'
      ? [
          session.port,
          databases.ledger,
          {
            DAYBOOK_BOOTSTRAP_API_KEY: apiKey,
            DAYBOOK_OPERATOR_KEY: process.env.DAYBOOK_OPERATOR_KEY ?? operatorKeyOf(folder),
            DAYBOOK_GRPC_PORT: String(session.grpcPort),
            ...(ledgerRoles && { DAYBOOK_ROLES: ledgerRoles.join(',') }),
          },
        ]
      : [session.watcherPort, databases.watcher, {}];
  return startService({
    name: `The ${app}`,
    module: join(APPS, app, 'src/main.js'),
    environment: {
      ...own,
      ...(chainsFile !== undefined && { DAYBOOK_CHAINS_FILE: chainsFile }),
      DAYBOOK_DATABASE_URL: databaseUrl,
      DAYBOOK_HTTP_HOST: host,
      DAYBOOK_HTTP_PORT: String(port),
    },
    url: urlAt(host, port),
    logFile: log(folder, app),
    spawned,
  });
}

function log(folder: DataFolder, name: string): string {
  return join(folder.logs, `${name}.log`);
}

function urlAt(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
