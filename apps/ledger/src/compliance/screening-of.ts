import type { LedgerEnv } from '../ledger.env';
import { httpDecision } from './http-decision';
import { sanctionsList } from './sanctions-list';
import type { Screening } from './screening';

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
