import { type Finality, finalityText, meetsFinality } from '@daybook/domain';
import type { Chain } from './chains-and-assets';

/** The finality policies of an entry of the chains file. */
export interface FinalityFields {
  readonly finality?: Finality;
  readonly thresholds?: readonly Finality[];
  readonly minimumFinality?: Finality;
}

type Policies = Pick<Chain, 'finality' | 'thresholds' | 'minimumFinality'>;

/**
 * What an entry changes of the policies of its chain. `own` are the policies of its assets. A policy of the
 * file that is weaker than the minimum of the known chain replaces that minimum, because the operator has
 * decided so; one that contradicts the file's own `minimumFinality` is a fault.
 */
export function policiesOf(
  id: string,
  known: Policies,
  entry: FinalityFields,
  own: readonly Finality[],
  reorgWindow: number,
  faults: string[],
): Policies {
  const finality = entry.finality ?? known.finality;
  const credited = [finality, ...own];
  for (const policy of [...credited, ...(entry.thresholds ?? [])]) {
    // A reorg deeper than the window cannot be reverted, so a transfer must become final within it.
    if (fits(policy, reorgWindow) || policy.kind !== 'depth') continue;
    faults.push(
      `${id}: ${policy.confirmations} confirmations exceed reorgWindow (${reorgWindow}); raise the window or lower them.`,
    );
  }
  const thresholds =
    entry.thresholds ?? known.thresholds.filter((policy) => fits(policy, reorgWindow));
  const { minimumFinality: minimum } = entry;
  if (minimum === undefined) {
    const kept = known.minimumFinality;
    const isMet = kept !== null && credited.every((policy) => meetsFinality(policy, kept));
    return { finality, thresholds, minimumFinality: isMet ? kept : null };
  }
  for (const policy of credited) {
    if (meetsFinality(policy, minimum)) continue;
    faults.push(
      `${id}: ${finalityText(policy)} does not meet minimumFinality (${finalityText(minimum)}); raise it or lower the minimum.`,
    );
  }
  return { finality, thresholds, minimumFinality: minimum };
}

function fits(policy: Finality, reorgWindow: number): boolean {
  return policy.kind !== 'depth' || policy.confirmations <= reorgWindow;
}
