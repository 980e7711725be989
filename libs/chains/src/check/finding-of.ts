import type { Finding } from '../inspection';

/** Makes findings of one topic. */
export function findingsOf(topic: string) {
  return {
    ok: (sentence: string): Finding => ({ topic, state: 'ok', sentence }),
    warning: (sentence: string, right: string): Finding => ({
      ...{ topic, state: 'warning', sentence, right },
    }),
    wrong: (sentence: string, right: string): Finding => ({
      ...{ topic, state: 'wrong', sentence, right },
    }),
  };
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A duration in the largest unit that leaves at least two of it, such as `90 s` or `3 days`. */
export function inTime(ms: number): string {
  if (ms < 2 * SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < 2 * MINUTE_MS) return `${Math.round(ms / SECOND_MS)} s`;
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${Math.round(ms / HOUR_MS)} h`;
  return `${Math.round(ms / DAY_MS)} days`;
}

/** The day of a block, in UTC. */
export function dayOf(unixSeconds: number): string {
  return new Date(unixSeconds * SECOND_MS).toISOString().slice(0, 10);
}
