import { randomUUID } from 'node:crypto';
import { createConnection, Socket } from 'node:net';
import { surviveErrors, surviveLostConnections } from '@daybook/platform/plain';
import { Pool } from 'pg';
import { freshDatabase, kafkaBrokers, type TestDatabase } from '../../../test/dependencies';
import type { DurableLog } from '../src/durable-log';
import { type KafkaLog, type KafkaOptions, openKafka } from '../src/kafka/kafka-log';
import { messagingMigrations } from '../src/messaging-migrations';

/** The default of the topics that are created here. */
export const RETENTION_MS = 24 * 3_600_000;
/** Short, so that no test waits long for the group to drop a member. */
const SESSION_TIMEOUT_MS = 1_500;

/** The length of an answer, which comes first, and a little more. */
const PART_BYTES = 6;

/** The connections of one log. They can be cut for good, as when its process is killed. */
class Line {
  private readonly sockets = new Set<Socket>();
  private readonly end = new AbortController();

  readonly connect = (host: string, port: number): Socket => {
    if (this.end.signal.aborted) {
      const dead = new Socket();
      setImmediate(() => dead.destroy(new Error('cut')));
      return dead;
    }
    const socket = surviveErrors(createConnection({ host, port }));
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  };

  /** Ends the open connections; new ones can be made. */
  drop(): void {
    for (const socket of this.sockets) socket.destroy(new Error('dropped'));
  }

  /** Ends each open connection when it has received a part of its next answer. */
  dropInAnswer(): void {
    for (const socket of this.sockets) {
      socket.push = (answer: Buffer | null) => {
        // Null: the broker has ended it.
        if (answer !== null) Socket.prototype.push.call(socket, answer.subarray(0, PART_BYTES));
        socket.destroy(new Error('dropped'));
        return false;
      };
    }
  }

  cut(): void {
    this.end.abort();
    this.drop();
  }
}

/** Logs on the broker for tests, and a database for parked keys. */
export class KafkaFixture {
  private readonly lines = new Map<DurableLog, Line>();
  private readonly logs: DurableLog[] = [];
  private database: TestDatabase | undefined;
  private pool: Pool | undefined;

  async begin(): Promise<void> {
    this.database = await freshDatabase();
    const pool = surviveLostConnections(new Pool({ connectionString: this.database.url }));
    this.pool = pool;
    for (const Migration of messagingMigrations) await new Migration().up(pool);
  }

  /** Closes all logs: groups that nobody needs any more would go on asking the broker. */
  async close(): Promise<void> {
    await Promise.all(this.logs.splice(0).map((log) => log.close()));
  }

  async end(): Promise<void> {
    await this.close();
    await this.pool?.end();
    await this.database?.drop();
  }

  /** The database in which keys are parked. */
  get sql(): Pool {
    if (!this.pool) throw new Error('The fixture has not begun.');
    return this.pool;
  }

  async open(topic: string, options: Partial<KafkaOptions> = {}): Promise<KafkaLog> {
    const line = new Line();
    const log = await openKafka({
      // A suite with a broker of its own may run alone, without the shared one.
      brokers: options.brokers ?? kafkaBrokers(),
      clientId: `test-${randomUUID().slice(0, 8)}`,
      topics: [{ name: topic, partitions: 4, retentionMs: RETENTION_MS }],
      parkingUrl: this.database?.url as string,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      connect: line.connect,
      ...options,
    });
    this.lines.set(log, line);
    this.logs.push(log);
    return log;
  }

  crash(log: DurableLog): void {
    this.lines.get(log)?.cut();
  }

  drop(log: DurableLog): void {
    this.lines.get(log)?.drop();
  }

  dropInAnswer(log: DurableLog): void {
    this.lines.get(log)?.dropInAnswer();
  }
}
