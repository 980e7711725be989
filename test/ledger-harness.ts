import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ChainHeadV1,
  type OutflowV1,
  outflowKey,
  TOPICS,
  type TransferV1,
  transferKey,
  type WatchReportV1,
} from '@daybook/contracts';
import { EventStore } from '@daybook/event-store';
import { DurableLog, PostgresLog } from '@daybook/messaging';
import { createHealth, createMetrics } from '@daybook/platform';
import { CommandBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { callService } from '../apps/daybook/src/cli/call-service';
import { ChangeAccount } from '../apps/ledger/src/accounts/change-account';
import { newApiKey } from '../apps/ledger/src/edge/api-key';
import { ApiKeys } from '../apps/ledger/src/edge/api-keys';
import { DEFAULT_ACCOUNT_ID } from '../apps/ledger/src/edge/identity';
import { IssueApiKey } from '../apps/ledger/src/edge/keys';
import { systemContext } from '../apps/ledger/src/edge/request-context';
import { LedgerEnv } from '../apps/ledger/src/ledger.env';
import { LedgerModule } from '../apps/ledger/src/ledger.module';
import { migrate } from '../apps/ledger/src/migrate';
import { createHttpApp, type HttpOptions } from '../apps/ledger/src/rest/http';
import { TEST_USERS, urlsOfTestUsers } from './database-users';
import { copyOf, freshDatabase, type TestDatabase, until } from './dependencies';

export interface LedgerOptions {
  /** Overrides of the configuration. */
  readonly env?: Partial<LedgerEnv>;
  /** The chains file; nothing is watched when left out. */
  readonly chains?: object;
  /** The wallets file; no account has a wallet when left out. */
  readonly wallets?: object;
  /** The quota of a key in each tier. */
  readonly quota?: HttpOptions['quotas']['standard'];
  readonly http?: Pick<
    HttpOptions,
    'connectionsMax' | 'limits' | 'failuresMax' | 'trustedProxies' | 'tls'
  >;
  /** The file of the certificate in `http.tls`. */
  readonly certificate?: string;
  /** Another way to the database than the direct one. */
  readonly route?: (databaseUrl: string) => Promise<string>;
  /** The database; a fresh one when left out. It is left behind by the ledger, for the next one. */
  readonly database?: TestDatabase;
  /** Fills the database before it is migrated. */
  readonly restore?: (databaseUrl: string) => Promise<void>;
  /** The bootstrap key; a new one when left out. */
  readonly apiKey?: string;
  /** A running ledger whose database, log and keys this one shares, as another process of a cluster does. */
  readonly beside?: TestLedger;
}

export interface TestLedger {
  readonly app: NestFastifyApplication;
  readonly store: EventStore;
  /** The durable log as a chain-watcher has it: no role of the ledger may publish what watchers say. */
  readonly watcherLog: DurableLog;
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Of the superuser, who owns the tables. */
  readonly databaseUrl: string;
  readonly chainsFile: string;
  /** The bootstrap key: `read` and `write` on the default account. */
  readonly apiKey: string;
  /** The key of the first operator: `read` and `write`. */
  readonly operatorKey: string;
  /** What was logged, one object a line. */
  readonly logged: readonly Record<string, unknown>[];
  /** A request with the key and, when there is a body, as JSON. */
  request(method: string, path: string, options?: RequestOptions): Promise<Reply>;
  /** A further key, of the default account or of another one. It opens as soon as this resolves. */
  issueKey(options: {
    readonly scopes: readonly string[];
    readonly accountId?: string;
  }): Promise<string>;
  /** Reports transfers as a chain-watcher does. */
  publishTransfers(transfers: readonly TransferV1[]): Promise<void>;
  publishOutflows(outflows: readonly OutflowV1[]): Promise<void>;
  publishChainHead(head: ChainHeadV1): Promise<void>;
  publishWatchReport(report: WatchReportV1): Promise<void>;
  close(): Promise<void>;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers as a client without types does.
  readonly body: any;
}

/**
 * A ledger of one's own, in this process: fresh database, all roles, each as its own user, REST on a free port.
 */
export async function createLedgerForTest(options: LedgerOptions = {}): Promise<TestLedger> {
  const { beside } = options;
  const database = await databaseFor(options);
  const folder = await mkdtemp(join(tmpdir(), 'daybook-ledger-'));
  const { apiKey = beside?.apiKey ?? newApiKey().key } = options;
  const newOperatorKey = () => beside?.operatorKey ?? newApiKey({ kind: 'operator' }).key;
  const { operatorKey = newOperatorKey() } = options.env ?? {};
  const chainsFile = join(folder, 'chains.json');
  await writeFile(chainsFile, JSON.stringify(options.chains ?? { chains: [] }));
  const walletsFile = join(folder, 'wallets.json');
  await writeFile(walletsFile, JSON.stringify(options.wallets ?? { accounts: {} }));
  const env = Object.assign(new LedgerEnv(), {
    ...urlsOfTestUsers((await options.route?.(database.url)) ?? database.url),
    bootstrapApiKey: apiKey,
    operatorKey,
    ...{ chainsFile, walletsFile },
    ...options.env,
  });
  const logged: Record<string, unknown>[] = [];
  const logger = pino({ level: 'info' }, { write: (line) => logged.push(JSON.parse(line)) });
  const { registry } = createMetrics('ledger');
  const { quota = { requests: 1_000_000, windowSeconds: 60 } } = options;
  const health = createHealth({ required: { database: () => app.get(EventStore).head() } });
  const app: NestFastifyApplication = await createHttpApp(LedgerModule.forRoot(env), {
    health,
    registry,
    logger,
    quotas: { wallet: quota, financial: quota, standard: quota },
    failuresMax: 1_000_000,
    ...options.http,
  });
  await app.listen(0, '127.0.0.1');
  health.started();
  const url = await app.getUrl();
  const onKafka = env.kafkaBrokers !== undefined;
  const watcherLog = onKafka ? app.get(DurableLog) : new PostgresLog({ url: database.url });
  const send = (method: string, path: string, request: RequestOptions = {}) =>
    sendRequest({ url, certificate: options.certificate }, apiKey, method, path, request);
  const keys = app.get(ApiKeys);
  const ledger: TestLedger = {
    app,
    store: app.get(EventStore),
    ...{ watcherLog, url },
    databaseUrl: database.url,
    chainsFile,
    apiKey,
    operatorKey,
    logged,
    request: send,
    async issueKey({ scopes, accountId = DEFAULT_ACCOUNT_ID }) {
      const { key } = newApiKey();
      const commands = app.get(CommandBus);
      const open = { type: 'OpenAccount', name: 'test', policy: { screening: false } } as const;
      await commands.execute(new ChangeAccount(systemContext(accountId), open));
      const owner = { kind: 'account', id: accountId } as const;
      await commands.execute(new IssueApiKey(systemContext(accountId), { owner, key, scopes }));
      // Not by trying it: a key that is tried too early is refused for a second.
      await until(() => keys.isIssued(key), { description: 'The new key' });
      return key;
    },
    publishTransfers: (transfers) =>
      watcherLog.publish(
        TOPICS.transfer,
        transfers.map((transfer) => ({
          id: `${transfer.transferId}@${transfer.version}`,
          key: transferKey(transfer),
          value: JSON.stringify(transfer),
          headers: {},
        })),
      ),
    publishOutflows: (outflows) =>
      watcherLog.publish(
        TOPICS.outflow,
        outflows.map((outflow) => ({
          id: `${outflow.outflowId}@${outflow.version}`,
          key: outflowKey(outflow),
          value: JSON.stringify(outflow),
          headers: {},
        })),
      ),
    publishChainHead: (head) =>
      watcherLog.publish(TOPICS.chainHead, [
        { id: head.observedAt, key: head.chain, value: JSON.stringify(head), headers: {} },
      ]),
    publishWatchReport: (report) =>
      watcherLog.publish(TOPICS.watchReport, [
        { id: report.observedAt, key: report.chain, value: JSON.stringify(report), headers: {} },
      ]),
    async close() {
      await app.close();
      await watcherLog.close();
      if (options.database === undefined) await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  // Not by trying them: a key that is tried too early counts as a wrong one.
  const areIssued = async () => (await keys.isIssued(apiKey)) && (await keys.isIssued(operatorKey));
  await until(areIssued, { description: 'The keys of the new ledger' });
  const opens = async (path: string, key: string) =>
    (await sendRequest({ url, certificate: options.certificate }, key, 'GET', path, {})).status ===
    200;
  await until(() => opens('/v1/assets', apiKey), { description: 'The key of the new ledger' });
  await until(() => opens('/v1/accounts', operatorKey), { description: 'Its operator key' });
  return ledger;
}

/** A migrated database: the one that was given or restored, or a copy of an empty one. */
async function databaseFor({ beside, database, restore }: LedgerOptions): Promise<TestDatabase> {
  if (beside) return { url: beside.databaseUrl, drop: async () => undefined };
  const migrateIt = (url: string) => migrate(url, TEST_USERS);
  if (!database && !restore) return copyOf('ledger', migrateIt);
  const given = database ?? (await freshDatabase());
  await restore?.(given.url);
  await migrateIt(given.url);
  return given;
}

async function sendRequest(
  { url, certificate }: { readonly url: string; readonly certificate: string | undefined },
  apiKey: string,
  method: string,
  path: string,
  { body, headers }: RequestOptions,
): Promise<Reply> {
  const response = await callService(url + path, {
    ...{ certificate, method },
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && {
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    }),
  });
  const text = await response.text();
  const isJson = text !== '' && /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}
