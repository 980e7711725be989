import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { guardChild } from '../libs/platform/src/child-guard';
import { freePort } from '../libs/platform/src/free-port';
import { surviveErrors } from '../libs/platform/src/plain/lost-connections';
import { archivedClasses } from './kafka/class-archive';
import { formattedData } from './kafka/formatted-data';
import { kafkaJars } from './kafka/jars';

/** A broker needs 2 s, one that recovers under load on a busy machine more. */
const START_TIMEOUT_MS = 60_000;
/** The broker flushes and leaves; past this it is killed, which it survives as well. */
const STOP_TIMEOUT_MS = 10_000;
const START_ATTEMPTS = 3;
const POLL_MS = 25;
/** May do what access control lists allow; everybody on the plain listener may do everything. */
export const KAFKA_USER = { name: 'daybook', password: 'daybook-secret' } as const;

export interface KafkaBrokerOptions {
  /** Keeps the data. Left out: a new folder that goes with the broker. */
  readonly dataFolder?: string;
  /** Of the plain listener. Left out: a free one. */
  readonly port?: number;
  /** It is never killed to be started again, so it need not say so often that it is alive. */
  readonly staysUp?: boolean;
}

export interface KafkaBroker {
  /** `host:port` of the listener without authentication. */
  readonly brokers: string;
  /** `host:port` of the listener that wants `KAFKA_USER` (PLAIN or SCRAM) and keeps to its rights. */
  readonly securedBrokers: string;
  readonly pid: number;
  /** Ends it without warning, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again, after a kill, on the same ports and data. */
  restart(): Promise<void>;
  /** Resolves with whether it had ended in order, as only one with a data folder of its own is asked to. */
  stop(): Promise<boolean>;
}

interface Ports {
  readonly plain: number;
  readonly secured: number;
  readonly controller: number;
}

/**
 * Starts a real Apache Kafka broker (KRaft, one node) on 127.0.0.1. It ends with this process, even when
 * that is killed. Rejects with a sentence when Java, Maven or the network is missing.
 */
export async function startKafkaBroker(options: KafkaBrokerOptions = {}): Promise<KafkaBroker> {
  const jars = await kafkaJars();
  const classes = await archivedClasses(jars, async (given) => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'daybook-kafka-'));
    try {
      // Data that is kept gets an orderly end.
      const broker = await startBroker(jars.folder, { dataFolder }, [], given);
      return await broker.stop();
    } finally {
      rmSync(dataFolder, { recursive: true, force: true });
    }
  });
  return startBroker(jars.folder, options, classes);
}

async function startBroker(
  jars: string,
  options: KafkaBrokerOptions,
  javaOptions: readonly string[],
  brokerOptions: readonly string[] = [],
): Promise<KafkaBroker> {
  const folder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'daybook-kafka-'));
  mkdirSync(folder, { recursive: true });
  const settings = join(folder, 'server.properties');
  const launch = (port: number): Promise<ChildProcess> =>
    launched(
      // A broker of a few seconds is not worth the thorough compiler.
      [
        ...[...brokerOptions, ...javaOptions, '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
        ...['-Xmx512m', '-cp', join(jars, '*'), 'kafka.Kafka', settings],
      ],
      port,
      options.dataFolder ? undefined : folder,
    );
  /** A free port may be taken by the time it is used; who names a port gets no other. */
  const begin = async (attempt: number): Promise<{ ports: Ports; child: ChildProcess }> => {
    const ports = {
      plain: options.port ?? (await freePort()),
      secured: await freePort(),
      controller: await freePort(),
    };
    writeFileSync(settings, properties(ports, join(folder, 'data'), options));
    if (!existsSync(join(folder, 'data', 'meta.properties'))) {
      await cp(await formattedData(jars, KAFKA_USER), join(folder, 'data'), { recursive: true });
    }
    try {
      return { ports, child: await launch(ports.plain) };
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error;
      return begin(attempt + 1);
    }
  };

  const { ports, ...begun } = await begin(1);
  let { child } = begun;
  const end = async (signal: NodeJS.Signals): Promise<boolean> => {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    // Perhaps nothing else keeps this process from ending before the broker has.
    child.ref();
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await Promise.race([gone, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    child.kill('SIGKILL');
    await gone;
    return child.signalCode !== 'SIGKILL';
  };
  return {
    brokers: `127.0.0.1:${ports.plain}`,
    securedBrokers: `127.0.0.1:${ports.secured}`,
    get pid() {
      return child.pid as number;
    },
    kill: async () => void (await end('SIGKILL')),
    restart: async () => {
      child = await launch(ports.plain);
    },
    stop: async () => {
      // Data that nobody wants needs no orderly end.
      const hasEnded = await end(options.dataFolder ? 'SIGTERM' : 'SIGKILL');
      if (!options.dataFolder) rmSync(folder, { recursive: true, force: true });
      return hasEnded;
    },
  };
}

async function launched(
  args: string[],
  port: number,
  removeFolder: string | undefined,
): Promise<ChildProcess> {
  const child = surviveErrors(
    spawn('java', ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', ...args], {
      // Detached: Ctrl-C in a terminal must not end the broker before those who use it.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  );
  // What is killed to be started again must keep its folder: it is removed by whoever made it.
  guardChild(child, removeFolder);
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said = (said + chunk).slice(-4000);
  });
  child.unref();
  (child.stderr as unknown as { unref(): void }).unref();
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      const end = child.signalCode ?? child.exitCode;
      throw new Error(
        `Apache Kafka did not start on port ${port} (${end}). It says: ${said.trim()}`,
      );
    }
    await sleep(POLL_MS);
  }
  return child;
}

/** The broker opens its listeners last, when it can serve. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const done = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', done(true));
    socket.once('error', done(false));
  });
}

function properties(ports: Ports, data: string, { staysUp }: KafkaBrokerOptions): string {
  const { name, password } = KAFKA_USER;
  const listeners = `PLAIN://127.0.0.1:${ports.plain},SECURED://127.0.0.1:${ports.secured}`;
  const all: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `${listeners},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': listeners,
    'inter.broker.listener.name': 'PLAIN',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAIN:PLAINTEXT,SECURED:SASL_PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.secured.plain.sasl.jaas.config':
      'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
      `user_${name}="${password}";`,
    'listener.name.secured.scram-sha-256.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'listener.name.secured.scram-sha-512.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    'log.dirs': data,
    'auto.create.topics.enable': false,
    // One node holds everything; one partition each, as the usual fifty take seconds to make and load.
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    // Tests let members die and will not wait long for the group to notice.
    'group.min.session.timeout.ms': 500,
    // Otherwise an idle broker writes two records a second that say nothing.
    'metadata.max.idle.interval.ms': 0,
    // A broker that is started again at once is let in when its last life is known to be over.
    ...(!staysUp && { 'broker.heartbeat.interval.ms': 250, 'broker.session.timeout.ms': 1_000 }),
  };
  return Object.entries(all)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
