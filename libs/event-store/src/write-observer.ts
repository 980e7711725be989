/** How a command ended: `refused` by the rules, `failed` for the store's sake. */
export type WriteOutcome = 'appended' | 'unchanged' | 'replayed' | 'refused' | 'failed';

/** How one call of the write path went. */
export interface WriteReport {
  readonly durationMs: number;
  /** How often a decision was made again as the stream had moved meanwhile. */
  readonly conflicts: number;
  /** How many commands ended how. */
  readonly outcomes: Readonly<Record<WriteOutcome, number>>;
}

/** Told how each call went, so that the edges can measure; the write path itself knows no metrics. */
export type WriteObserver = (report: WriteReport) => void;

export function noOutcomes(): Record<WriteOutcome, number> {
  return { appended: 0, unchanged: 0, replayed: 0, refused: 0, failed: 0 };
}
