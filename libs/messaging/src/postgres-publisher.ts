import type { Pool } from 'pg';
import type { Message } from './durable-log';

/** The most messages of one commit: larger ones gain nothing and lock the topic's row longer. */
const COMMIT_MESSAGES_MAX = 2_000;
/** The most text of one commit, in characters, to bound memory on both sides. */
const COMMIT_CHARACTERS_MAX = 8 * 1024 * 1024;
/** How many messages may wait before `publish` refuses more. */
const WAITING_MESSAGES_MAX = 200_000;

const PUBLISH = {
  name: 'messaging-publish',
  text: 'SELECT messaging.publish($1, $2, $3, $4, $5)',
};

interface Call {
  readonly messages: readonly Message[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface Publisher {
  publish(messages: readonly Message[]): Promise<void>;
  /** Resolves when no message waits to be written. */
  settled(): Promise<void>;
}

/**
 * Writes the messages of one topic. Calls that arrive while a commit is under way share the next
 * one, in the order of their arrival. Messages that the database can never store (a zero byte) fail
 * their own call only.
 */
export function createPublisher(pool: Pool, topicId: number, published: () => void): Publisher {
  const waiting: Call[] = [];
  let waitingMessages = 0;
  let draining: Promise<void> | undefined;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const calls = takeCalls(waiting);
      for (const call of calls) waitingMessages -= call.messages.length;
      await commit(calls);
      published();
    }
    draining = undefined;
  }

  async function commit(calls: readonly Call[]): Promise<void> {
    try {
      for (const part of parts(calls.flatMap((call) => call.messages))) await write(part);
      for (const call of calls) call.resolve();
    } catch (error) {
      if (calls.length > 1 && isDataError(error)) for (const call of calls) await commit([call]);
      else for (const call of calls) call.reject(error);
    }
  }

  async function write(messages: readonly Message[]): Promise<void> {
    await pool.query(PUBLISH, [
      topicId,
      messages.map((message) => message.id),
      messages.map((message) => message.key),
      messages.map((message) => message.value),
      messages.map((message) => JSON.stringify(message.headers)),
    ]);
  }

  return {
    publish: (messages) =>
      new Promise((resolve, reject) => {
        if (messages.length === 0) return resolve();
        if (waitingMessages + messages.length > WAITING_MESSAGES_MAX && waitingMessages > 0) {
          return reject(new Error(`${waitingMessages} messages wait to be published already.`));
        }
        waiting.push({ messages, resolve, reject });
        waitingMessages += messages.length;
        draining ??= drain();
      }),
    settled: async () => draining,
  };
}

/** The next calls that fit one commit; at least one, however large. */
function takeCalls(waiting: Call[]): Call[] {
  let count = 0;
  let messages = 0;
  for (const call of waiting) {
    messages += call.messages.length;
    if (count > 0 && messages > COMMIT_MESSAGES_MAX) break;
    count += 1;
  }
  return waiting.splice(0, count);
}

/** Splits messages into commits of bounded size, in order. */
function* parts(messages: readonly Message[]): Generator<readonly Message[]> {
  let from = 0;
  let characters = 0;
  for (const [at, { value }] of messages.entries()) {
    const full = at - from === COMMIT_MESSAGES_MAX;
    if (at > from && (full || characters + value.length > COMMIT_CHARACTERS_MAX)) {
      yield messages.slice(from, at);
      from = at;
      characters = 0;
    }
    characters += value.length;
  }
  yield from === 0 ? messages : messages.slice(from);
}

/** SQLSTATE class 22: the data is invalid, and a repeat would fail again. */
function isDataError(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('22');
}
