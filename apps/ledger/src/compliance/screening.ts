import type { ComplianceDecision, ComplianceMode, KnownReplenishment } from '@daybook/domain';
import type { LedgerEnv } from '../ledger.env';
import { httpDecision } from './http-decision';
import { sanctionsList } from './sanctions-list';

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

/** The configured way to decide. Only an operator of this service can configure it. */
export function screeningOf(env: LedgerEnv): Screening {
  switch (env.compliance) {
    case 'manual':
      return { mode: 'manual', check: async () => 'review' };
    case 'sanctions-list':
      return sanctionsList(env);
    case 'http':
      return httpDecision(env);
  }
}
