/** How a command ended: `refused` by a rule, `failed` because of the store. */
export type WriteOutcome = 'appended' | 'unchanged' | 'replayed' | 'refused' | 'failed';

/** How one call of the write path went. */
export interface WriteReport {
  readonly durationMs: number;
  /** How often a command was decided again because its stream had changed. */
  readonly conflicts: number;
  /** How many commands ended how. */
  readonly outcomes: Readonly<Record<WriteOutcome, number>>;
}

/** Called after each call of the write path, for metrics. */
export type WriteObserver = (report: WriteReport) => void;

export function noOutcomes(): Record<WriteOutcome, number> {
  return { appended: 0, unchanged: 0, replayed: 0, refused: 0, failed: 0 };
}
