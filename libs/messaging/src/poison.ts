import type { Poison, ReceivedMessage } from './durable-log';

/** A poison message and the messages that follow it under its key, none of which are handled. */
export interface HeldBack {
  readonly key: string;
  readonly reason: string;
  /** In order, the poison first. */
  readonly messages: readonly ReceivedMessage[];
}

/**
 * The keys of `batch` that must be parked. The first poison of a key counts, as no later message of the key
 * was handled. Throws when a poison message is not in the batch, as it is unknown then what was handled.
 */
export function heldBack(
  batch: readonly ReceivedMessage[],
  poisons: readonly Poison[],
): readonly HeldBack[] {
  if (poisons.length === 0) return [];
  const reasons = new Map(poisons.map(({ message, reason }) => [message.offset, reason]));
  const held = new Map<string, HeldBack & { messages: ReceivedMessage[] }>();
  for (const message of batch) {
    const reason = reasons.get(message.offset);
    const known = held.get(message.key);
    if (known) known.messages.push(message);
    else if (reason !== undefined) {
      held.set(message.key, { key: message.key, reason, messages: [message] });
    }
    reasons.delete(message.offset);
  }
  for (const offset of reasons.keys()) {
    throw new Error(
      `The handler reported a poison message that was not in its batch: offset ${offset}.`,
    );
  }
  return [...held.values()];
}
