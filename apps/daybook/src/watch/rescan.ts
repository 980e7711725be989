import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, type ExitCode, Failure } from '../cli/exit-codes';
import { type Operation, operate, type PlaceOptions, THROUGH_LEDGER } from '../cli/operate';
import { remark, say, sayJson } from '../cli/output';
import { countingBar } from '../cli/progress';
import { requestReport, requestSentence } from './request-report';
import { isOpen, WATCH_REQUESTS, type WatchRequest, type WrittenRequest } from './watch-requests';

const LOOK_EVERY_MS = 500;
/** A watcher takes a request within a second. */
const UNTAKEN_MS = 3_000;
/** A step of a rescan takes milliseconds; after this long without one the reason is shown. */
const QUIET_MS = 10_000;
/** More than any chain has. */
const ANY_NUMBER_OF_BLOCKS = '999999999999999';

export interface RescanOptions extends PlaceOptions {
  readonly chain?: string;
  readonly from?: number;
  readonly to?: number;
  readonly resetRing: boolean;
  readonly reason: string;
  /** Allows any number of blocks. */
  readonly yes: boolean;
  /** Does not wait for the end. */
  readonly detach: boolean;
  readonly json: boolean;
}

/** Requests a rescan or a ring reset of a chain, and follows it to the end. */
export function runRescan(options: RescanOptions): Promise<void> {
  return operate(
    options,
    async (operation) => {
      const wish = wishOf(options);
      const requested = await operation.api.post<WrittenRequest>(WATCH_REQUESTS, wish);
      const ended = options.detach ? requested : await follow(operation, requested);
      if (options.json) sayJson(requestReport(ended));
      else say(requestSentence(ended));
      return codeOf(ended);
    },
    THROUGH_LEDGER,
  );
}

function wishOf({ chain, from, to, resetRing, reason, yes }: RescanOptions): object {
  if (resetRing && to !== undefined) {
    throw new Failure('A reset goes on to the head: leave out --to.', EXIT.usage);
  }
  if (!resetRing && from === undefined) {
    throw new Failure(
      'It is not clear which blocks: give --from <block>, or --reset-ring after a reorg that was too deep.',
      EXIT.usage,
    );
  }
  if (from !== undefined && to !== undefined && from > to) {
    throw new Failure(`--from ${from} lies above --to ${to}; it is the lower one.`, EXIT.usage);
  }
  return {
    ...{ kind: resetRing ? 'reset-ring' : 'rescan', chain, reason },
    ...(from !== undefined && { fromBlock: String(from) }),
    ...(to !== undefined && { toBlock: String(to) }),
    ...(yes && { blocksMax: ANY_NUMBER_OF_BLOCKS }),
  };
}

/** Shows how far the watcher is, until the request has ended. */
async function follow(
  { api, signal }: Operation,
  { id, kind, chain, position }: WrittenRequest,
): Promise<WatchRequest> {
  const bar = countingBar(kind === 'rescan' ? 'Matching again' : 'Matching', 'blocks');
  const noteSilence = createSilence(chain);
  // The first read waits until the read models have the request.
  let path = `${WATCH_REQUESTS}/${id}?minPosition=${position}`;
  try {
    for (;;) {
      const request = await api.get<WatchRequest>(path);
      path = `${WATCH_REQUESTS}/${id}`;
      if (!isOpen(request)) return request;
      const { state, fromBlock: from, toBlock: to, blocksLeft: left } = request;
      if (state === 'running' && left !== null && from !== null && to !== null) {
        bar.at(to - from + 1 - left, to - from + 1);
      }
      noteSilence(request);
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
  } catch (error) {
    bar.end();
    if (signal.aborted) {
      remark(
        `The request stays. "npx daybook watch list" shows how far it is, "npx daybook watch cancel ${id}" ends it.`,
      );
    }
    throw error;
  } finally {
    bar.end();
  }
}

/** Says once when no watcher takes the request, and once when nothing moves. */
function createSilence(chain: string): (request: WatchRequest) => void {
  let [last, since] = ['', Date.now()];
  let isNoted = false;
  return ({ state, blocksLeft, reportedAt }) => {
    const now = `${state} ${blocksLeft} ${reportedAt === null}`;
    if (now !== last) [last, since, isNoted] = [now, Date.now(), false];
    const quietMs = Date.now() - since;
    if (isNoted || quietMs < (reportedAt === null ? UNTAKEN_MS : QUIET_MS)) return;
    isNoted = true;
    remark(
      reportedAt === null
        ? `No watcher has taken the request yet. It waits until one works on ${chain}.`
        : `Nothing moved for ${QUIET_MS / 1_000} s. "npx daybook status" may say why.`,
    );
  };
}

function codeOf(request: WatchRequest): ExitCode {
  return isOpen(request) || request.state === 'done' ? EXIT.ok : EXIT.failed;
}
