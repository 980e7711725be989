import { type AuditLedger, freshAuditLedger, tellHistory } from './audit-history';

/**
 * A ledger with a history and read models that are up to date. The history of so many steps is told once in a run
 * of the tests; what writes more to it uses another seed.
 */
export function toldAuditLedger(steps: 150 | 300): Promise<AuditLedger> {
  return freshAuditLedger(`audit_${steps}`, async ({ store, project }) => {
    await tellHistory(store, TOLD_SEED, steps);
    await project();
  });
}

/** A history in which each rule of the books can be broken, which `audit-checker` needs. */
const TOLD_SEED = 21;
