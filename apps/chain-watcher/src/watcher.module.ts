import {
  type ChainConnection,
  type ChainsAndAssets,
  type ClientNote,
  findChain,
  loadChainsFile,
  type ProviderState,
} from '@daybook/chains';
import { TOPIC_SETTINGS, TOPICS } from '@daybook/contracts';
import { type DurableLog, openKafka, PostgresLog, TopicsGone } from '@daybook/messaging';
import { createHealth, createMetrics, type HealthChecks, type Metrics } from '@daybook/platform';
import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { type RunningChain, runChain } from './leader/run-chain';
import { HEALTH, ProbesController } from './monitoring/probes.controller';
import { createWatcherMetrics } from './monitoring/watcher-metrics';
import { WRITTEN_TOPICS } from './published-topics';
import type { ChainRun } from './state/watch-state';
import { PostgresWatcherStore } from './store/postgres-watcher-store';
import type { WatcherEnv } from './watcher.env';

const READ_TOPICS: readonly string[] = [TOPICS.purseAddress, TOPICS.watchRequest];

/** A restart of a broker takes less; outbox and topics keep everything meanwhile. */
const UNPUBLISHED_MS_MAX = 10_000;

/** The watches of this process, one for each configured chain. */
class Watchers implements OnApplicationShutdown {
  private readonly running: readonly RunningChain[];

  constructor(private readonly parts: Omit<ChainRun, 'chain' | 'connection'>) {
    const { registry, logger } = parts;
    this.running = registry.connections.map((connection) => {
      const chain = findChain(registry, connection.chain);
      if (chain === null) throw new Error(`${connection.chain} is not in the registry.`);
      logProviders(connection, registry, logger);
      return runChain({ ...parts, chain, connection });
    });
    if (this.running.length === 0) logger.warn('no chain is configured, so nothing is watched');
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.running.map((chain) => chain.stop()));
    await this.parts.log.close();
    await this.parts.store.close();
  }

  /**
   * A watcher that cannot publish, or learns of no new address, does nothing for anybody. Chains are followed with addresses that cannot be
   * read, with gaps, and with finality that one provider tells or that stands still; and a pause is what an operator
   * wants: those checks are optional.
   */
  checks(): HealthChecks {
    const required = this.running.flatMap((it) => [
      [it.chain, async () => checkChain(it)] as const,
      [`${it.chain} publishing`, async () => checkPublishing(it)] as const,
      [`${it.chain} consumers`, async () => checkConsumers(it)] as const,
    ]);
    const optional = this.running.flatMap((it) => [
      [`${it.chain} addresses`, async () => checkAddresses(it)] as const,
      [`${it.chain} gaps`, async () => checkGaps(it)] as const,
      [`${it.chain} finality`, async () => checkFinality(it)] as const,
      [`${it.chain} paused`, async () => checkPaused(it)] as const,
      [`${it.chain} providers`, async () => checkProviders(it)] as const,
    ]);
    return {
      required: { ...Object.fromEntries(required), topics: () => this.checkTopics() },
      optional: { ...Object.fromEntries(optional), log: () => this.parts.log.check() },
    };
  }

  /** A log that does not answer is often back soon. A topic that is gone does not come back by itself. */
  private async checkTopics(): Promise<void> {
    await this.parts.log.check().catch((error) => {
      if (error instanceof TopicsGone) throw error;
    });
  }
}

/** Says at the start what is believed on the answers of one provider. */
function logProviders(
  { chain, providers, singleProvider }: ChainConnection,
  { assets, assetBands }: ChainsAndAssets,
  logger: Logger,
): void {
  const listed = assets.filter((asset) => asset.chain === chain);
  const withoutBand = listed.filter(({ id }) => !assetBands.has(id)).map((it) => it.currency);
  const fields = { chain, providers: providers.map(({ name }) => name), withoutBand };
  if (withoutBand.length === listed.length) {
    logger.info(fields, 'no asset has a band, so one provider is believed for any amount');
  } else if (providers.length > 1) {
    logger.info(fields, 'above the band of its asset, a transfer needs two providers');
  } else if (singleProvider === 'wait') {
    logger.warn(fields, 'above the band of its asset, a transfer waits for a second provider');
  } else {
    logger.warn(fields, 'one provider is accepted for transfers of any amount');
  }
}

function checkChain(chain: RunningChain): string {
  const { state, detail, publicDetail } = chain.health();
  if (state === 'stalled') throw new Error(publicDetail ?? detail ?? state);
  const isAwaited = state === 'catching-up' && detail !== null;
  return `${chain.role()}, ${state}${isAwaited ? `: ${detail}` : ''}`;
}

function checkPublishing(chain: RunningChain): void {
  const trouble = chain.publishing();
  if (trouble === null || Date.now() - trouble.since < UNPUBLISHED_MS_MAX) return;
  const seconds = Math.round((Date.now() - trouble.since) / 1_000);
  throw new Error(`Nothing has been published for ${seconds} s: ${trouble.message}`);
}

/** Probes need no key: what a handler failed with stands in the log. */
export function checkConsumers(chain: RunningChain, now = Date.now()): void {
  const failing = [...chain.consumersFailing()].map(
    ([topic, since]) => [topic, now - since] as const,
  );
  const sentences = failing
    .filter(([, ms]) => ms >= UNPUBLISHED_MS_MAX)
    .map(
      ([topic, ms]) =>
        `Nothing of ${topic} has been handled for ${Math.round(ms / 1_000)} s: the log says why.`,
    );
  if (sentences.length > 0) throw new Error(sentences.join(' '));
}

function checkPaused(chain: RunningChain): void {
  const { state, detail } = chain.health();
  if (state === 'paused') throw new Error(detail ?? state);
}

function checkGaps(chain: RunningChain): void {
  const gaps = chain.gaps();
  if (gaps.length === 0) return;
  throw new Error(
    `The content of ${gaps.length} blocks is unknown, the first is ${gaps[0]}: "npx daybook watch block ${gaps[0]}" shows how to resolve it.`,
  );
}

function checkFinality(chain: RunningChain): void {
  const { state, detail } = chain.health();
  if (chain.role() === 'leader' && state === 'following' && detail !== null) {
    throw new Error(detail);
  }
}

/** One that is limited, or not yet verified, is usually used again soon. */
const USABLE: readonly ProviderState[] = ['ok', 'limited', 'unverified'];

/**
 * Names the providers that are not used, and those whose WebSocket is down: neither stops the chain. Probes need no key,
 * so they do not say what a provider answers: `npx daybook chains list` does, and the log.
 */
function checkProviders(chain: RunningChain): string {
  const providers = chain.providers();
  const faults = providers.flatMap(({ name, state, announcements }) => {
    if (!USABLE.includes(state)) return `${name} is ${state}.`;
    return announcements === null ? [] : `The WebSocket of ${name} announces nothing.`;
  });
  if (faults.length > 0) throw new Error(faults.join(' '));
  return providers
    .map(({ name, score, notes }) => `${name} ${score} ms${saidOf(notes)}`)
    .join(', ');
}

/** What an operator should look at of a provider that is used. The sentences may quote it. */
function saidOf(notes: readonly ClientNote[]): string {
  const said = notes.filter(({ state }) => state !== 'fine');
  if (said.length === 0) return '';
  return ` (${said.map(({ topic, state }) => `${topic}: ${state}`).join(', ')})`;
}

function checkAddresses(chain: RunningChain): void {
  const parked = chain.parkedAddresses();
  if (parked === 0) return;
  throw new Error(
    `${parked} addresses are not watched, as their messages cannot be read: their keys in ${TOPICS.purseAddress} are parked.`,
  );
}

/** The chain-watcher. Making the module starts the watches; closing the app stops them. */
@Module({})
export class WatcherModule {
  static async forRoot(
    env: WatcherEnv,
    logger: Logger,
    metrics: Metrics = createMetrics('chain-watcher'),
  ): Promise<DynamicModule> {
    const registry = loadChainsFile(env.chainsFile ?? null);
    const chains = registry.connections.map(({ chain }) => chain);
    const watchers = new Watchers({
      ...{ registry, logger, metrics: createWatcherMetrics(metrics, chains) },
      log: await openLog(env, logger),
      store: new PostgresWatcherStore({ url: env.databaseUrl }),
      pollMs: env.watcherPollMs,
    });
    return {
      module: WatcherModule,
      controllers: [ProbesController],
      providers: [
        { provide: Watchers, useValue: watchers },
        { provide: HEALTH, useValue: createHealth(watchers.checks()) },
      ],
    };
  }
}

/** The log between the apps, on the engine that the configuration names. */
async function openLog(env: WatcherEnv, logger: Logger): Promise<DurableLog> {
  const { databaseUrl: url, kafkaBrokers } = env;
  const clientId = 'daybook-chain-watcher';
  if (kafkaBrokers === undefined) return new PostgresLog({ url, applicationName: clientId });
  return openKafka({
    brokers: kafkaBrokers,
    clientId,
    topics: TOPIC_SETTINGS.filter(({ name }) => [...READ_TOPICS, ...WRITTEN_TOPICS].includes(name)),
    reads: READ_TOPICS,
    writes: WRITTEN_TOPICS,
    parkingUrl: url,
    warn: (sentence) => logger.warn(sentence),
  });
}
