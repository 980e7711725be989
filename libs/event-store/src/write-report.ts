/** How a command ended: `refused` by a rule, `failed` because of the store. */
export type WriteOutcome = 'appended' | 'unchanged' | 'replayed' | 'refused' | 'failed';

/** What one call of the write path did. */
export interface WriteReport {
  readonly durationMs: number;
  /** How often a command was decided again because its stream had changed. */
  readonly conflicts: number;
  /** How many commands had each outcome. */
  readonly outcomes: Readonly<Record<WriteOutcome, number>>;
}

/** Called after each call of the write path, for metrics. */
export type WriteObserver = (report: WriteReport) => void;
