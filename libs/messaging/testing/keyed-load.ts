import { setTimeout as sleep } from 'node:timers/promises';
import type { DurableLog, Message, ReceivedMessage } from '../src/durable-log';
import { message, range } from './log-fixture';

/** Of each step of a load. */
export const KEYS = 12;
/** Always some messages under way, and time for all else that happens beside them. */
const STEP_MS = 5;

/** Publishes 0, 1, 2, ... to every key until `stop`. Repeats a call that failed, as callers do. */
export function load(log: DurableLog, topic: string) {
  const sent: Message[] = [];
  let stopping = false;
  const running = (async () => {
    for (let n = 0; !stopping; n++) {
      const batch = range(KEYS).map((key) => message(`k${key}`, n));
      sent.push(...batch);
      let failed = true;
      while (failed) {
        failed = await log.publish(topic, batch).then(
          () => false,
          () => true,
        );
      }
      await sleep(STEP_MS);
    }
  })();
  const stop = async (): Promise<readonly Message[]> => {
    stopping = true;
    await running;
    return sent;
  };
  return { sent, stop };
}

/** The values of each key in the order in which they were first seen. */
function firsts(seen: readonly ReceivedMessage[]): Map<string, number[]> {
  const ids = new Set<string>();
  const values = new Map<string, number[]>();
  for (const { id, key, value } of seen) {
    if (ids.has(id)) continue;
    ids.add(id);
    values.set(key, [...(values.get(key) ?? []), JSON.parse(value)]);
  }
  return values;
}

/** What was seen is what was sent, in the order of each key. */
export function expectWhole(seen: readonly ReceivedMessage[], sent: readonly Message[]): void {
  const steps = sent.length / KEYS;
  const order = firsts(seen);
  expect(order.size).toBe(KEYS);
  for (const values of order.values()) expect(values).toEqual(range(steps));
  const ids = new Set(sent.map(({ id }) => id));
  expect(seen.every(({ id }) => ids.has(id))).toBe(true);
}
