/** Why a chain is not watched at the moment: an operator paused it. It survives restarts and takeovers. */
export interface Pause {
  /** `operator:<operator id>`. */
  readonly by: string;
  /** Unix milliseconds. */
  readonly since: number;
  readonly reason: string;
}

/** What an operator should know of a pause. */
export function pauseSentence(chain: string, { by, since, reason }: Pause): string {
  const time = new Date(since).toISOString();
  const why = reason.replace(/\.$/, '');
  return `${chain} is paused by ${by} since ${time}: ${why}; "npx daybook watch resume --chain ${chain}" continues.`;
}
