import { isOpen, type WatchRequest } from './watch-requests';

/** A request as machines get it: `schemas/watch-request.v1.json` is the contract. */
export function requestReport(request: WatchRequest): object {
  const { id, chain, kind, state, fromBlock, toBlock, found, versions, refusal } = request;
  const text = (block: number | null): string | null => (block === null ? null : String(block));
  return {
    ...{ id, chain, kind, state, from: text(fromBlock), to: text(toBlock) },
    blocksLeft: text(request.blocksLeft),
    ...{ transfersShown: found, versionsTold: versions, reason: refusal },
    requestedBy: request.requestedBy,
    requestedAt: request.requestedAt,
    endedAt: request.endedAt,
  };
}

/** What came of it, in a sentence. */
export function requestSentence(request: WatchRequest): string {
  const { chain, kind, state, fromBlock: from, toBlock: to, found, versions, refusal } = request;
  if (state === 'refused') return `Refused: ${refusal}`;
  if (state === 'cancelled') return 'Cancelled. What was found by then stays found.';
  if (isOpen(request)) {
    return `The request is stored as ${request.id}; "npx daybook watch list" shows how far it is.`;
  }
  if (kind === 'reset-ring') {
    return `${chain} goes on with the node's chain: ${counted(versions, 'transfer')} of the old branch taken back, blocks ${from} to ${to} matched.`;
  }
  return `Blocks ${from} to ${to} of ${chain} are matched again: ${counted(found, 'transfer')} to our addresses, ${versions === 0 ? 'nothing new' : `${counted(versions, 'new report')} to the ledger`}.`;
}

/** How far it is, for a list. */
export function requestProgress(request: WatchRequest): string {
  const { blocksLeft: left } = request;
  return isOpen(request) && left !== null ? counted(left, 'block') : '';
}

function counted(number: number, thing: string): string {
  return `${number.toLocaleString('en-US')} ${thing}${number === 1 ? '' : 's'}`;
}
