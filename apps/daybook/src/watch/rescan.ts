import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, type ExitCode, Failure } from '../cli/exit-codes';
import { type Operation, operate, type PlaceOptions } from '../cli/operate';
import { remark, say, sayJson } from '../cli/output';
import { countingBar } from '../cli/progress';
import { requestReport, requestSentence } from './request-report';
import {
  findRequest,
  findWatched,
  isOpenRequest,
  type RescanRequest,
  requestRescan,
  watchers,
} from './watchers-memory';

const LOOK_EVERY_MS = 250;
/** A step of a rescan takes milliseconds; after this long without one the reason is shown. */
const QUIET_MS = 10_000;

export interface RescanOptions extends PlaceOptions {
  readonly chain?: string;
  readonly from?: number;
  readonly to?: number;
  readonly resetRing: boolean;
  /** Allows any number of blocks. */
  readonly yes: boolean;
  /** Does not wait for the end. */
  readonly detach: boolean;
  readonly json: boolean;
}

/** Asks the watcher of a chain to match blocks again, or to reset its ring, and follows it to the end. */
export function runRescan(options: RescanOptions): Promise<void> {
  return operate(options, async (operation) => {
    const query = watchers(operation);
    const chain = await findWatched(query, options.chain);
    const asked = await requestRescan(query, {
      ...{ chain, requestedBy: `operator:${userInfo().username}`, isAnySize: options.yes },
      ...wishOf(options),
    });
    if (!chain.isLed) {
      remark(
        `No watcher works on ${chain.chain} at this moment: the request waits until one does.`,
      );
    }
    const ended = options.detach ? asked : await follow(operation, asked);
    if (options.json) sayJson(requestReport(ended));
    else say(requestSentence(ended));
    return codeOf(ended);
  });
}

function wishOf({ from, to, resetRing }: RescanOptions) {
  if (resetRing && to !== undefined) {
    throw new Failure('A reset goes on to the head: leave out --to.', EXIT.usage);
  }
  if (resetRing) return { kind: 'reset-ring', ...(from !== undefined && { from }) } as const;
  if (from !== undefined) return { kind: 'rescan', from, ...(to !== undefined && { to }) } as const;
  throw new Failure(
    'It is not clear which blocks: give --from <block>, or --reset-ring after a reorg that was too deep.',
    EXIT.usage,
  );
}

/** Shows how far the watcher is, until the request has ended. */
async function follow(operation: Operation, asked: RescanRequest): Promise<RescanRequest> {
  const { id, chain, kind } = asked;
  const bar = countingBar(kind === 'rescan' ? 'Matching again' : 'Matching', 'blocks');
  let [last, quietSince] = ['', Date.now()];
  try {
    for (;;) {
      const request = (await findRequest(watchers(operation), id)) ?? asked;
      if (!isOpenRequest(request)) return request;
      const { state, from, to, blocksLeft: left } = request;
      if (state === 'running' && left !== null && from !== null && to !== null) {
        const total = to - from + 1;
        bar.at(total - left, total);
      }
      if (`${state} ${left}` !== last) [last, quietSince] = [`${state} ${left}`, Date.now()];
      else if (Date.now() - quietSince > QUIET_MS) {
        quietSince = Number.POSITIVE_INFINITY;
        remark(await silenceOf(operation, chain));
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal: operation.signal });
    }
  } catch (error) {
    bar.end();
    if (operation.signal.aborted) {
      remark(
        `It goes on without you. "npx daybook watch list" shows how far it is, "npx daybook watch cancel ${id}" ends it.`,
      );
    }
    throw error;
  } finally {
    bar.end();
  }
}

/** Why nothing happens, as far as the watcher said. */
async function silenceOf(operation: Operation, chain: string): Promise<string> {
  const { isLed } = await findWatched(watchers(operation), chain);
  if (!isLed) return 'Still no watcher works on it. Ctrl-C leaves the request waiting.';
  const sql = 'SELECT state, detail FROM ledger.chain_head WHERE chain = $1';
  const [head] = await operation.query<{ state: string; detail: string | null }>(sql, [chain]);
  const word = head?.detail ?? '"npx daybook status" may say why.';
  return `Nothing moved for ${QUIET_MS / 1000} s. ${word}`;
}

function codeOf(request: RescanRequest): ExitCode {
  return isOpenRequest(request) || request.state === 'done' ? EXIT.ok : EXIT.failed;
}
