import type { Chain } from '../chains-and-assets';

/** Since when, and in how many questions in a row, no second provider answered. */
export interface Alone {
  readonly since: number;
  readonly questions: number;
}

/** One lost answer, or a pause of the process, is no outage. */
const QUESTIONS_MIN = 3;
const WAIT_BLOCKS = 5;
const WAIT_MS_MIN = 10_000;
const WAIT_MS_MAX = 60_000;

/** After one more question that no second provider answered. */
export function stillAlone(before: Alone | null, now: number): Alone {
  return { since: before?.since ?? now, questions: (before?.questions ?? 0) + 1 };
}

/**
 * Whether one of several providers is believed alone: the others have not answered for five block times (at least
 * 10 seconds, at most a minute). Otherwise one lost answer, as after too many requests, would leave the decision
 * to a provider that lies; and without an end, one provider that is gone would stop all credits.
 */
export function isLongAlone(
  { since, questions }: Alone,
  now: number,
  { blockTimeMs }: Pick<Chain, 'blockTimeMs'>,
): boolean {
  const usual = WAIT_BLOCKS * (blockTimeMs ?? 0);
  const waitMs = Math.min(Math.max(usual, WAIT_MS_MIN), WAIT_MS_MAX);
  return questions >= QUESTIONS_MIN && now - since >= waitMs;
}
