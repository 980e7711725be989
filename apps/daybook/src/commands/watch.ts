import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '@commander-js/extra-typings';
import type { json } from '@daybook/contracts';
import { EXIT, type ExitCode, Failure } from '../cli/exit-codes';
import type { List } from '../cli/ledger-api';
import { type Answer, operate } from '../cli/operate';
import type { Operation } from '../cli/operation';
import { blockNumber, reasonOption, subcommand, uuid } from '../cli/options';
import { recordTable, remark } from '../cli/output';
import { countingBar } from '../cli/progress';

const REQUESTS = '/v1/operations/watch-requests';
const CHAIN_HELP = 'a CAIP-2 id; may be omitted if only one chain is watched';
/** One screen. */
const SHOWN_MAX = 50;
const POLL_MS = 500;
/** A watcher takes a request within a second. */
const UNTAKEN_MS = 3_000;
/** A step of a rescan takes milliseconds. */
const NO_PROGRESS_MS = 10_000;
/** More than any chain has. */
const ANY_NUMBER_OF_BLOCKS = '999999999999999';

const RESCAN_HELP = `
The ledger stores the request and passes it to the watcher of the chain, which works on it while it
follows the chain. The request survives restarts of both and waits while no watcher runs. All addresses
are matched. A ring reset reports every transfer of the removed branch as reverted, so the ledger
reverses what it credited; then the blocks of the other branch are matched.`;

const BLOCK_HELP = `
A block is in quarantine when no provider answers with all of it. The chain stops before it. After ten
block times, and at least a minute, it becomes a gap if its header is proven: the chain goes on, later
transfers confirm, and nothing in the gap is called absent. Its content is asked for until it is known.`;

/** A request, and the position of the command that wrote it. */
type Written = json.WatchRequest & { readonly position: string };

export function addWatch(program: Command): void {
  const watch = program
    .command('watch')
    .description('Request a rescan or a ring reset of a chain, and show the requests.');
  addRescan(watch);
  addBlock(watch);

  subcommand(
    watch,
    'list',
    'List the newest requests and their outcomes.',
    'npx daybook watch list',
    `npx daybook watch list --json | jq '.requests[] | select(.state == "running")'`,
  )
    .option('--chain <id>', 'only requests for this chain')
    .action(({ chain, ...options }) =>
      operate(options, async ({ api }) => {
        const query = new URLSearchParams({ limit: String(SHOWN_MAX), ...(chain && { chain }) });
        const { data } = await api.get<List<json.WatchRequest>>(`${REQUESTS}?${query}`);
        const shown = data.map(({ reason, refusal, reportedAt, endedAt, ...request }) => request);
        const text = () => recordTable(shown) || 'There is no request yet.';
        return { json: { requests: data.map(requestReport) }, text };
      }),
    );

  subcommand(
    watch,
    'cancel',
    'Cancel a request. Transfers that it found stay recorded.',
    'npx daybook watch cancel 0b6cf4a5-7a0f-4f0e-8f5e-3d3c5d1e9a52',
  )
    .argument('<id>', 'as "watch list" shows it', uuid)
    .addOption(reasonOption())
    .action((id, { reason, ...options }) =>
      operate(options, async ({ api }) => {
        const known = await api.get<json.WatchRequest>(`${REQUESTS}/${id}`);
        if (!isOpen(known)) throw new Failure(`${id} has ended already: it is ${known.state}.`);
        return answerOf(
          await api.post<json.WatchRequest>(`${REQUESTS}/${id}/cancel`, { reason }),
          EXIT.ok,
        );
      }),
    );
}

function addRescan(watch: Command): void {
  subcommand(
    watch,
    'rescan',
    'Match blocks again. Missed transfers are found; none is credited twice.',
    'npx daybook watch rescan --chain eip155:1 --from 19000000 --to 19000500',
    'npx daybook watch rescan --from 0 --yes --detach',
    'npx daybook watch rescan --chain eip155:1 --reset-ring',
  )
    .option('--chain <id>', CHAIN_HELP)
    .option('--from <block>', 'the first block', blockNumber)
    .option('--to <block>', 'the last block (default: the last that was matched)', blockNumber)
    .option(
      '--reset-ring',
      'after a reorg deeper than the ring: take over the blocks of the node, from --from if given',
    )
    .option(
      '--report-again',
      'also report every transfer in the blocks once more, for a ledger that lost reports',
    )
    .option('--yes', 'allow more than 10,000 blocks')
    .addOption(reasonOption())
    .option('--detach', 'do not wait for the end')
    .addHelpText('after', RESCAN_HELP)
    .action(({ chain, from, to, resetRing, reportAgain, reason, yes, detach, ...options }) =>
      operate(options, async (operation) => {
        const fault = faultOf(from, to, resetRing, reportAgain);
        if (fault !== null) throw new Failure(fault, EXIT.usage);
        const requested = await operation.api.post<Written>(REQUESTS, {
          ...{ kind: kindOf(resetRing, reportAgain), chain, reason },
          ...(from !== undefined && { fromBlock: String(from) }),
          ...(to !== undefined && { toBlock: String(to) }),
          ...(yes && { blocksMax: ANY_NUMBER_OF_BLOCKS }),
        });
        const request = detach ? requested : await waitForEnd(operation, requested);
        const isWell = isOpen(request) || request.state === 'done';
        return answerOf(request, isWell ? EXIT.ok : EXIT.failed);
      }),
    );
}

function kindOf(resetRing = false, reportAgain = false): json.WatchRequest['kind'] {
  if (resetRing) return 'reset-ring';
  return reportAgain ? 'report-again' : 'rescan';
}

function addBlock(watch: Command): void {
  subcommand(
    watch,
    'block',
    'Show a block in quarantine, or decide about it.',
    'npx daybook watch block 19000123',
    'npx daybook watch block 19000123 --ask',
    'npx daybook watch block 19000123 --skip --reason "No provider has its receipts"',
  )
    .argument('<block>', 'the number of the block', blockNumber)
    .option('--chain <id>', CHAIN_HELP)
    .option('--ask', 'ask every provider again')
    .option('--accept', 'accept it by the weaker rule of its chain')
    .option('--skip', 'go on over it: it is a gap until its content is known')
    .addOption(reasonOption())
    .option('--detach', 'do not wait for the end')
    .addHelpText('after', BLOCK_HELP)
    .action((block, { chain, ask, accept, skip, reason, detach, ...options }) =>
      operate(options, async (operation) => {
        const kinds = [ask && 'ask-block', accept && 'accept-block', skip && 'skip-block'];
        const [kind, other] = kinds.filter((it) => typeof it === 'string');
        if (other !== undefined) throw new Failure('Decide one thing at a time.', EXIT.usage);
        if (kind === undefined) return quarantined(operation, block, chain);
        const wish = { kind, chain, reason, fromBlock: String(block) };
        const requested = await operation.api.post<Written>(REQUESTS, wish);
        const request = detach ? requested : await waitForEnd(operation, requested);
        const isWell = isOpen(request) || request.state === 'done';
        return answerOf(request, isWell ? EXIT.ok : EXIT.failed);
      }),
    );
}

/** What is known of a block in quarantine. */
async function quarantined(
  { api }: Operation,
  block: number,
  chain: string | undefined,
): Promise<Answer> {
  const { chains } = await api.get<json.Status>('/v1/operations/status');
  const found = chains
    .filter((it) => chain === undefined || it.chain === chain)
    .flatMap((it) => it.quarantine.map((entry) => ({ chain: it.chain, ...entry })))
    .filter(({ number }) => number === String(block));
  const text = () =>
    found
      .map(({ chain: of, number, hash, isGap, since, reason, answers }) =>
        [
          `Block ${number} of ${of} (${hash}) is in quarantine since ${since}: ${reason}`,
          isGap ? 'The chain goes on over it.' : 'The chain stops before it.',
          ...answers.map(({ provider, said }) => `  ${provider}: ${said}`),
        ].join('\n'),
      )
      .join('\n') || `Block ${block} is not in quarantine.`;
  return { json: { blocks: found }, text };
}

/** The fault of a combination of options, in a sentence. */
function faultOf(
  from: number | undefined,
  to: number | undefined,
  resetRing = false,
  reportAgain = false,
) {
  if (resetRing && reportAgain) return 'Give --reset-ring or --report-again, one after the other.';
  if (resetRing && to !== undefined) return 'A ring reset ends at the head: leave out --to.';
  if (!resetRing && from === undefined)
    return 'Name the blocks: give --from <block>, or --reset-ring after a reorg that was too deep.';
  if (from !== undefined && to !== undefined && from > to)
    return `--from ${from} lies above --to ${to}. Exchange them.`;
  return null;
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

function isOpen({ state }: json.WatchRequest): boolean {
  return state === 'waiting' || state === 'running';
}

function answerOf(request: json.WatchRequest, exitCode: ExitCode): Answer {
  return { json: requestReport(request), text: () => requestSentence(request), exitCode };
}

/** A request as JSON; `schemas/watch-request.v1.json` is the contract. */
function requestReport(request: json.WatchRequest) {
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

/** The outcome of a request, in a sentence. */
function requestSentence(request: json.WatchRequest): string {
  const { id, chain, kind, state, fromBlock: from, toBlock: to, found, versions } = request;
  switch (state) {
    case 'waiting':
    case 'running':
      return `The request is stored as ${id}; "npx daybook watch list" shows its progress.`;
    case 'refused':
      return `Refused: ${request.refusal}`;
    case 'cancelled':
      return 'Cancelled. Transfers that were found until then stay recorded.';
    case 'done': {
      if (kind === 'ask-block') return `Block ${from} of ${chain} was answered validly.`;
      if (kind === 'accept-block') return `Block ${from} of ${chain} is accepted.`;
      if (kind === 'skip-block') return `${chain} goes on over block ${from}, which is a gap now.`;
      if (kind === 'reset-ring') {
        return `${chain} continues with the blocks of the node: ${counted(versions, 'transfer')} of the old branch reverted, blocks ${from} to ${to} matched.`;
      }
      const news =
        versions === 0 ? 'nothing new' : `${counted(versions, 'new report')} to the ledger`;
      return `Blocks ${from} to ${to} of ${chain} are matched again: ${counted(found, 'transfer')} to our addresses, ${news}.`;
    }
  }
}

function counted(number: number, thing: string): string {
  return `${number.toLocaleString('en-US')} ${thing}${number === 1 ? '' : 's'}`;
}
