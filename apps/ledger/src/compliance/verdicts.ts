import { createHash } from 'node:crypto';
import { type ComplianceDecision, netAmount } from '@daybook/domain';
import type { DataSource } from 'typeorm';
import type { Asked } from './screening';

const FIND = `
  SELECT mode, verdict, list_version AS "listVersion" FROM ledger.compliance_verdict
   WHERE replenishment_id = $1 AND content = $2`;

const STORE = `
  INSERT INTO ledger.compliance_verdict (replenishment_id, content, mode, verdict, list_version)
  VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`;

interface Row {
  readonly mode: ComplianceDecision['mode'];
  readonly verdict: ComplianceDecision['verdict'];
  readonly listVersion: string | null;
}

/**
 * The verdict about this very transfer that was given before, such as before a reorg put it into another block, or before
 * a process was stopped that had asked; null if there is none.
 */
export async function knownVerdict(
  dataSource: DataSource,
  asked: Asked,
): Promise<ComplianceDecision | null> {
  const [row] = await dataSource.query<Row[]>(FIND, [asked.replenishmentId, contentOf(asked)]);
  if (row === undefined) return null;
  const { mode, verdict, listVersion } = row;
  return { mode, verdict, ...(listVersion !== null && { listVersion }) };
}

/** Of two processes that ask at once, the first verdict stands. */
export async function storeVerdict(
  dataSource: DataSource,
  asked: Asked,
  { mode, verdict, listVersion }: ComplianceDecision,
): Promise<void> {
  const key = [asked.replenishmentId, contentOf(asked)];
  await dataSource.query(STORE, [...key, mode, verdict, listVersion ?? null]);
}

/** What a verdict is about: who sends how much of what to whom. */
function contentOf({ transfer }: Asked): string {
  const { asset, from, to } = transfer;
  const content = [asset, `${netAmount(transfer)}`, from, to].join('\n');
  return createHash('sha256').update(content).digest('hex');
}
