import { setTimeout as sleep } from 'node:timers/promises';
import type { json } from '@daybook/contracts';
import { EXIT, type ExitCode } from '../cli/exit-codes';
import type { Answer } from '../cli/operate';
import type { Operation } from '../cli/operation';
import { remark } from '../cli/output';
import { countingBar } from '../cli/progress';

export const REQUESTS = '/v1/operations/watch-requests';

const POLL_MS = 500;
/** A watcher takes a request within a second. */
const UNTAKEN_MS = 3_000;
/** A step of a rescan takes milliseconds. */
const NO_PROGRESS_MS = 10_000;

/** A request, and the position of the command that wrote it. */
type Written = json.WatchRequest & { readonly position: string };

/** Makes a request, and waits for its end unless that is not wanted. */
export async function makeRequest(
  operation: Operation,
  isDetached: boolean | undefined,
  wish: object,
): Promise<Answer> {
  const requested = await operation.api.post<Written>(REQUESTS, wish);
  const request = isDetached ? requested : await waitForEnd(operation, requested);
  const isWell = isOpen(request) || request.state === 'done';
  return answerOf(request, isWell ? EXIT.ok : EXIT.failed);
}

/** Shows the progress of a request until it has ended. */
async function waitForEnd(
  { api, signal }: Operation,
  { id, kind, position }: Written,
): Promise<json.WatchRequest> {
  const bar = countingBar(kind === 'rescan' ? 'Matching again' : 'Matching', 'blocks');
  const remarkOnce = stallRemarks();
  // The first read waits until the read models have the request.
  let path = `${REQUESTS}/${id}?minPosition=${position}`;
  try {
    for (;;) {
      const request = await api.get<json.WatchRequest>(path);
      path = `${REQUESTS}/${id}`;
      if (!isOpen(request)) return request;
      const { state, fromBlock: from, toBlock: to, blocksLeft: left } = request;
      if (state === 'running' && left !== null && from !== null && to !== null) {
        bar.at(to - from + 1 - left, to - from + 1);
      }
      remarkOnce(request);
      await sleep(POLL_MS, undefined, { signal });
    }
  } catch (error) {
    if (signal.aborted) {
      bar.end();
      remark(
        `The request continues. "npx daybook watch list" shows its progress, "npx daybook watch cancel ${id}" cancels it.`,
      );
    }
    throw error;
  } finally {
    bar.end();
  }
}

/** Remarks once if no watcher takes the request, and once whenever it stops making progress. */
function stallRemarks(): (request: json.WatchRequest) => void {
  let [last, since, isSaid] = ['', Date.now(), false];
  return ({ chain, state, blocksLeft, reportedAt }) => {
    const now = `${state} ${blocksLeft} ${reportedAt === null}`;
    if (now !== last) [last, since, isSaid] = [now, Date.now(), false];
    const limitMs = reportedAt === null ? UNTAKEN_MS : NO_PROGRESS_MS;
    if (isSaid || Date.now() - since < limitMs) return;
    isSaid = true;
    remark(
      reportedAt === null
        ? `No watcher has taken the request yet. It waits until one works on ${chain}.`
        : `No progress for ${NO_PROGRESS_MS / 1_000} s. "npx daybook status" may say why.`,
    );
  };
}

export function isOpen({ state }: json.WatchRequest): boolean {
  return state === 'waiting' || state === 'running';
}

export function answerOf(request: json.WatchRequest, exitCode: ExitCode): Answer {
  return { json: requestReport(request), text: () => requestSentence(request), exitCode };
}

/** A request as JSON; `schemas/watch-request.v1.json` is the contract. */
export function requestReport(request: json.WatchRequest) {
  const { id, chain, kind, state, fromBlock, toBlock, transaction } = request;
  const { found, versions, refusal } = request;
  const text = (block: number | null): string | null => (block === null ? null : String(block));
  return {
    ...{ id, chain, kind, state, from: text(fromBlock), to: text(toBlock), transaction },
    blocksLeft: text(request.blocksLeft),
    ...{ transfersShown: found, versionsTold: versions, reason: refusal },
    requestedBy: request.requestedBy,
    requestedAt: request.requestedAt,
    endedAt: request.endedAt,
  };
}

/** The outcome of a request, in a sentence. */
function requestSentence(request: json.WatchRequest): string {
  switch (request.state) {
    case 'waiting':
    case 'running':
      return `The request is stored as ${request.id}; "npx daybook watch list" shows its progress.`;
    case 'refused':
      return `Refused: ${request.refusal}`;
    case 'cancelled':
      return 'Cancelled. Transfers that were found until then stay recorded.';
    case 'done':
      return doneSentence(request);
  }
}

function doneSentence(request: json.WatchRequest): string {
  const { chain, kind, fromBlock: from, toBlock: to, transaction, found, versions } = request;
  switch (kind) {
    case 'pause':
      return `${chain} is paused. "npx daybook watch resume --chain ${chain}" continues.`;
    case 'resume':
      return `${chain} is resumed and continues where it stopped.`;
    case 'ask-block':
      return `Block ${from} of ${chain} was answered validly.`;
    case 'accept-block':
      return `Block ${from} of ${chain} is accepted.`;
    case 'skip-block':
      return `${chain} goes on over block ${from}, which is a gap now.`;
    case 'reset-ring':
      return `${chain} continues with the blocks of the node: ${counted(versions, 'transfer')} of the old branch reverted, blocks ${from} to ${to} matched.`;
    case 'rescan':
    case 'report-again': {
      const blocks = from === to ? `Block ${from}` : `Blocks ${from} to ${to}`;
      const included = transaction === null ? '' : `, which includes transaction ${transaction},`;
      const are = from === to ? 'is' : 'are';
      const news =
        versions === 0 ? 'nothing new' : `${counted(versions, 'new report')} to the ledger`;
      return `${blocks} of ${chain}${included} ${are} matched again: ${counted(found, 'transfer')} to our addresses, ${news}.`;
    }
  }
}

function counted(number: number, thing: string): string {
  return `${number.toLocaleString('en-US')} ${thing}${number === 1 ? '' : 's'}`;
}
