import type { Command } from '@commander-js/extra-typings';
import type { json } from '@daybook/contracts';
import { EXIT, Failure } from '../cli/exit-codes';
import type { List } from '../cli/ledger-api';
import { type Answer, operate } from '../cli/operate';
import type { Operation } from '../cli/operation';
import {
  blockNumber,
  optionalReasonOption,
  ownReason,
  reasonOption,
  subcommand,
  transactionHash,
  uuid,
} from '../cli/options';
import { recordTable } from '../cli/output';
import { answerOf, isOpen, makeRequest, REQUESTS, requestReport } from './watch-request';

const CHAIN_HELP = 'a CAIP-2 id; may be omitted if only one chain is watched';
/** One screen. */
const SHOWN_MAX = 50;
/** More than any chain has. */
const ANY_NUMBER_OF_BLOCKS = '999999999999999';

const RESCAN_HELP = `
The ledger stores the request and passes it to the watcher of the chain, which works on it while it
follows the chain. The request survives restarts of both and waits while no watcher runs. All addresses
are matched. For a transaction, the providers are asked which block includes it, and that block is matched
again. A ring reset reports every transfer of the removed branch as reverted, so the ledger reverses what
it credited; then the blocks of the other branch are matched.`;

const PAUSE_HELP = `
While a chain is paused, its watcher asks nothing of the node: no block is matched, nothing becomes final,
and rescans wait. What was found is still published, and addresses are still acknowledged. No purse
expires. A restart or a takeover by a standby keeps it paused. After "npx daybook watch resume" the watcher
catches up from where it stopped; a reorg in between is handled as any other.`;

const BLOCK_HELP = `
A block is in quarantine when no provider answers with all of it. The chain stops before it. After ten
block times, and at least a minute, it becomes a gap if its header is proven: the chain goes on, later
transfers confirm, and nothing in the gap is called absent. Its content is asked for until it is known.`;

export function addWatch(program: Command): void {
  const watch = program
    .command('watch')
    .description('Request a rescan, a ring reset or a pause of a chain, and show the requests.');
  addRescan(watch);
  addBlock(watch);
  addPause(watch);

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
    'npx daybook watch rescan --transaction 0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060',
    'npx daybook watch rescan --chain eip155:1 --reset-ring',
  )
    .option('--chain <id>', CHAIN_HELP)
    .option('--from <block>', 'the first block', blockNumber)
    .option('--to <block>', 'the last block (default: the last that was matched)', blockNumber)
    .option('--block <block>', 'a single block', blockNumber)
    .option('--transaction <hash>', 'the block that includes this transaction', transactionHash)
    .option(
      '--reset-ring',
      'after a reorg deeper than the ring: take over the blocks of the node, from --from if given',
    )
    .option(
      '--report-again',
      'also report every transfer in the blocks once more, for a ledger that lost reports',
    )
    .option(
      '--after-loss',
      'with --report-again: let consumer groups continue that stopped at deleted messages',
    )
    .option('--yes', 'allow more than 10,000 blocks')
    .addOption(reasonOption())
    .option('--detach', 'do not wait for the end')
    .addHelpText('after', RESCAN_HELP)
    .action(({ chain, reason, yes, detach, data, json, ...wanted }) =>
      operate({ data, json }, async (operation) => {
        const fault = faultOf({ ...wanted, detach });
        if (fault !== null) throw new Failure(fault, EXIT.usage);
        const { block, from = block, to = block, transaction, resetRing, reportAgain } = wanted;
        const answer = await makeRequest(operation, detach, {
          ...{ kind: kindOf(resetRing, reportAgain), chain, reason },
          ...(from !== undefined && { fromBlock: String(from) }),
          ...(to !== undefined && { toBlock: String(to) }),
          ...(transaction !== undefined && { transaction }),
          ...(yes && { blocksMax: ANY_NUMBER_OF_BLOCKS }),
        });
        // Only then: a group that has continued does not say any more that it lacks something.
        if (wanted.afterLoss && answer.exitCode === EXIT.ok) {
          // The client of a broker is loaded only where it is needed.
          const { continueStopped } =
            require('./continue-stopped') as typeof import('./continue-stopped');
          await continueStopped(operation, reason);
        }
        return answer;
      }),
    );
}

function kindOf(resetRing = false, reportAgain = false): json.WatchRequest['kind'] {
  if (resetRing) return 'reset-ring';
  return reportAgain ? 'report-again' : 'rescan';
}

const NEEDS_REASON =
  '--accept and --skip need --reason "<text>": why the block is good enough, or why it cannot be had. It is stored with the event.';

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
    .addOption(optionalReasonOption('--accept and --skip need one'))
    .option('--detach', 'do not wait for the end')
    .addHelpText('after', BLOCK_HELP)
    .action((block, { chain, ask, accept, skip, reason, detach, ...options }) =>
      operate(options, async (operation) => {
        const kinds = [ask && 'ask-block', accept && 'accept-block', skip && 'skip-block'];
        const [kind, other] = kinds.filter((it) => typeof it === 'string');
        if (other !== undefined) throw new Failure('Decide one thing at a time.', EXIT.usage);
        if (kind === undefined) return quarantined(operation, block, chain);
        // Less is proven of such a block, so the log says why that was good enough.
        if (reason === undefined && kind !== 'ask-block') {
          throw new Failure(NEEDS_REASON, EXIT.usage);
        }
        const request = { kind, chain, reason: reason ?? ownReason(), fromBlock: String(block) };
        return makeRequest(operation, detach, request);
      }),
    );
}

function addPause(watch: Command): void {
  const commands = [
    [
      ...([
        'pause',
        'Pause the watch of a chain: no block is matched until it is resumed.',
      ] as const),
      ...(['The node moves, ticket 12', PAUSE_HELP] as const),
    ],
    [
      ...([
        'resume',
        'Resume the watch of a paused chain. It continues where it stopped.',
      ] as const),
      ...(['The node has moved', ''] as const),
    ],
  ] as const;
  for (const [kind, description, why, help] of commands) {
    const example = `npx daybook watch ${kind} --chain eip155:1 --reason "${why}"`;
    subcommand(watch, kind, description, example)
      .option('--chain <id>', CHAIN_HELP)
      .addOption(reasonOption())
      .option('--detach', 'do not wait for the end')
      .addHelpText('after', help)
      .action(({ chain, reason, detach, ...options }) =>
        operate(options, (operation) => makeRequest(operation, detach, { kind, chain, reason })),
      );
  }
}

const ASK_OR_ACCEPT =
  'With --ask every provider is asked again, with --accept it is accepted by the weaker rule of its chain';
/** By state. A gap is skipped already. */
const HOW_TO_RESOLVE = {
  waiting: `${ASK_OR_ACCEPT}, with --skip the chain goes on over it.`,
  gap: `${ASK_OR_ACCEPT}.`,
};

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
          HOW_TO_RESOLVE[isGap ? 'gap' : 'waiting'],
        ].join('\n'),
      )
      .join('\n') || `Block ${block} is not in quarantine.`;
  return { json: { blocks: found }, text };
}

interface RescanOptions {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly block?: number | undefined;
  readonly transaction?: string | undefined;
  readonly resetRing?: true | undefined;
  readonly reportAgain?: true | undefined;
  readonly afterLoss?: true | undefined;
  readonly detach?: true | undefined;
}

/** The fault of a combination of options, in a sentence. */
function faultOf(options: RescanOptions): string | null {
  const { from, to, block, transaction, resetRing, reportAgain } = options;
  const isSingle = block !== undefined || transaction !== undefined;
  if (resetRing && isSingle)
    return 'A ring reset ends at the head: leave out --block and --transaction.';
  if (isSingle && (from !== undefined || to !== undefined))
    return 'Give --from and --to, or --block, or --transaction.';
  if (block !== undefined && transaction !== undefined)
    return 'Give --block or --transaction, not both.';
  if (options.afterLoss && !reportAgain) return 'Give --after-loss together with --report-again.';
  if (options.afterLoss && options.detach)
    return 'Leave out --detach: with --after-loss the groups continue when the blocks are reported again.';
  if (resetRing && reportAgain) return 'Give --reset-ring or --report-again, one after the other.';
  if (resetRing && to !== undefined) return 'A ring reset ends at the head: leave out --to.';
  if (!resetRing && !isSingle && from === undefined)
    return 'Name the blocks: give --from <block>, or --reset-ring after a reorg that was too deep; --block or --transaction for one block.';
  if (from !== undefined && to !== undefined && from > to)
    return `--from ${from} lies above --to ${to}. Exchange them.`;
  return null;
}
