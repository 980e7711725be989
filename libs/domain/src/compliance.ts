/** Who or what decides whether final money may be credited. `none`: nobody is asked. */
export const COMPLIANCE_MODES = ['none', 'manual', 'sanctions-list', 'http'] as const;
export type ComplianceMode = (typeof COMPLIANCE_MODES)[number];

/** A decision and where it comes from, as the event keeps it. */
export interface ComplianceDecision {
  readonly mode: ComplianceMode;
  readonly verdict: 'passed' | 'declined';
  /** The list that was looked at, by the hash of its content. */
  readonly listVersion?: string;
}
