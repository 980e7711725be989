import type { ComplianceDecision, ComplianceMode, KnownReplenishment } from '@daybook/domain';

/** What is asked: a final transfer and whose it would be. */
export interface Asked extends Pick<KnownReplenishment, 'parties' | 'transfer' | 'block'> {
  readonly replenishmentId: string;
}

/** `review`: a person decides. What cannot be asked now is a rejection, and is asked again. */
export type Verdict = Omit<ComplianceDecision, 'mode'> | 'review';

/** A way to decide. */
export interface Screening {
  readonly mode: ComplianceMode;
  /** Rejects while it cannot tell. */
  check(asked: Asked): Promise<Verdict>;
}
