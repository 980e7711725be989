import type { Poison, ReceivedMessage } from './durable-log';

/** What a poison message keeps from being handled: itself and what follows it under its key. */
export interface HeldBack {
  readonly key: string;
  readonly reason: string;
  /** In order, the poison first. */
  readonly messages: readonly ReceivedMessage[];
}

/**
 * The keys of `batch` that must be parked. The first poison of a key counts: what comes after it was
 * not handled, whatever is said about it. Throws when a message is called poison that is not in the
 * batch, as nobody could tell then what was handled.
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
    throw new Error(`A message was called poison that was not handed out: ${offset}.`);
  }
  return [...held.values()];
}
