import { MalformedMessage } from '@daybook/contracts';
import type { Poison, ReceivedMessage } from '@daybook/messaging';
import { Logger } from '@nestjs/common';

/** A message with its parsed content. */
export interface Read<Content> {
  readonly message: ReceivedMessage;
  readonly content: Content;
}

const logger = new Logger('Poison');

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
