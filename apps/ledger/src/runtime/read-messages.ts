import { MalformedMessage } from '@daybook/contracts';
import type { DurableLog, Poison, ReceivedMessage, RunningSubscription } from '@daybook/messaging';
import { Logger } from '@nestjs/common';

/** A message with its parsed content. */
export interface Read<Content> {
  readonly message: ReceivedMessage;
  readonly content: Content;
}

const logger = new Logger('Messages');

/**
 * Parses messages, up to the first malformed one of each key. That one is poison, and later messages of
 * its key must not take effect before it.
 */
export function readMessages<Content>(
  messages: readonly ReceivedMessage[],
  parse: (value: string) => Content,
): { readonly read: readonly Read<Content>[]; readonly poison: readonly Poison[] } {
  const read: Read<Content>[] = [];
  const poison = new Map<string, Poison>();
  for (const message of messages) {
    if (poison.has(message.key)) continue;
    try {
      read.push({ message, content: parse(message.value) });
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      poison.set(message.key, { message, reason: error.message });
    }
  }
  return { read, poison: [...poison.values()] };
}

/** Logs one line for each newly parked key. */
export function logPoison(poison: readonly Poison[]): void {
  for (const { message, reason } of poison) {
    const { topic, key, id, offset } = message;
    logger.error({ msg: 'key parked', topic, key, id, offset, reason });
  }
}

/** Reports of watchers are small and their tables too. */
const REPORTS_MAX = 500;

interface Reports<Report> {
  readonly topic: string;
  parse(value: string): Report;
  store(reports: readonly Report[]): Promise<unknown>;
}

/** Stores what watchers report on a topic. A report that cannot be read or stored parks its chain. */
export function consumeReports<Report extends { readonly observedAt: string }>(
  log: DurableLog,
  { topic, parse, store }: Reports<Report>,
): Promise<RunningSubscription> {
  return log.subscribe({
    ...{ topic, group: 'ledger', limit: REPORTS_MAX },
    async handle(messages) {
      const { read, poison } = readMessages(messages, (value) => storable(parse(value)));
      await store(read.map(({ content }) => content));
      logPoison(poison);
      return poison;
    },
    onError: (error, attempt) =>
      logger.error({ msg: 'reports of watchers not stored', topic, attempt, error }),
  });
}

/** What PostgreSQL cannot store: a zero character, and in JSON half of a surrogate pair. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** PostgreSQL can store no year before Christ either. */
function storable<Report extends { readonly observedAt: string }>(report: Report): Report {
  const { observedAt } = report;
  if (textsIn(report).some((text) => UNSTORABLE.test(text))) {
    throw new MalformedMessage('A text in it has a zero character or half of a surrogate pair.');
  }
  if (!(Date.parse(observedAt) > 0)) {
    throw new MalformedMessage(`${observedAt} is not a time since 1970.`);
  }
  return report;
}
