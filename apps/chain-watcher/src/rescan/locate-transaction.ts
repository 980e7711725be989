import { InvalidBlock, RpcFailure } from '@daybook/chains';
import { gapsOf } from '../state/quarantine';
import { isOperatorsRescan, type Rescan } from '../state/rescan';
import { startedChain, tipOf, type WatchContext } from '../state/watch-state';

/** A provider that is away for a moment, or behind the others, can say it soon. */
const UNANSWERED_MS_MAX = 60_000;

type RescanOfTransaction = Rescan & { readonly transaction: string };

/**
 * Asks for the block of the transaction that an operator's rescan names. The rescan then scans that block, or is
 * refused. An error of the node delays it and nothing else.
 */
export async function locateTransaction(context: WatchContext): Promise<void> {
  const { client, state, commit } = context;
  const rescan = state.rescans.find(isUnlocated);
  if (rescan === undefined) return;
  const { id, transaction } = rescan;
  let answer: Awaited<ReturnType<typeof client.blockOf>>;
  try {
    answer = await client.blockOf(transaction);
  } catch (error) {
    if (!(error instanceof InvalidBlock || error instanceof RpcFailure)) throw error;
    return waitForAnswer(context, rescan, error.message);
  }
  state.missingSince.delete(id);
  const reason = refusalOf(context, transaction, answer);
  if (reason !== null) return commit({ rescans: [{ ...rescan, state: 'refused', reason }] });
  const number = answer as number;
  await commit({ rescans: [{ ...rescan, from: number, to: number }] });
}

function isUnlocated(rescan: Rescan): rescan is RescanOfTransaction {
  return isOperatorsRescan(rescan) && rescan.transaction !== null && rescan.from === null;
}

async function waitForAnswer(
  { state, commit, now }: WatchContext,
  rescan: RescanOfTransaction,
  message: string,
): Promise<void> {
  const since = state.missingSince.get(rescan.id) ?? now();
  state.missingSince.set(rescan.id, since);
  if (now() - since < UNANSWERED_MS_MAX) return;
  const reason = `For ${UNANSWERED_MS_MAX / 1000} s no provider said which block includes transaction ${rescan.transaction}: ${message} Request the rescan again when one can, or name the block.`;
  await commit({ rescans: [{ ...rescan, state: 'refused', reason }] });
}

/** Why the block cannot be scanned again, with what would be right; null if it can. */
function refusalOf(
  { chain: { id: chain }, state }: WatchContext,
  transaction: string,
  answer: number | 'pending' | null,
): string | null {
  if (answer === null) {
    return `No provider of ${chain} that answers knows transaction ${transaction}. Check the hash and the chain; if it was sent just now, request the rescan again when a block includes it.`;
  }
  if (answer === 'pending') {
    return `Transaction ${transaction} is pending: no block of ${chain} includes it yet. It is matched with its block.`;
  }
  const block = `Block ${answer}, which includes transaction ${transaction}`;
  const { startNumber: start } = startedChain(state);
  const tip = tipOf(state).number;
  if (answer < start) {
    return `${block}, lies before block ${start}, with which the watch of ${chain} begins, as it is configured.`;
  }
  if (answer > tip) {
    return `${block}, lies beyond block ${tip}, up to which ${chain} is matched; it is matched as it comes.`;
  }
  if (gapsOf(state.quarantine).some(({ number }) => number === answer)) {
    return `${block}, is in quarantine, so its content is unknown. "npx daybook watch block ${answer}" shows how to resolve it.`;
  }
  return null;
}
