import type { BlockHeader, ChainBlock } from '../chain-client';
import type { Chain, ChainConnection } from '../chains-and-assets';
import type { Finding } from '../inspection';
import { findingsOf, inTime } from './finding-of';

const proof = findingsOf('proof');
const parents = findingsOf('parents');
const content = findingsOf('content');
const speed = findingsOf('speed');
const rate = findingsOf('rate');

/** A token of some kind is in the blocks of every chain that is used after so many transactions. */
const TRANSACTIONS_WITH_TOKENS = 200;

/** What was proven of some recent blocks, by the rule of their chain. */
export function judgeProof(
  chain: Chain,
  blocks: readonly ChainBlock[],
  { providers, singleProvider }: ChainConnection,
): readonly Finding[] {
  const { rule } = chain.proof ?? { rule: 'roots' };
  const whole = blocks.filter(({ proven }) => proven === 'content').length;
  const alarms = [...new Set(blocks.flatMap(({ alarm }) => alarm ?? []))].slice(0, 1);
  const findings = alarms.map((sentence) =>
    proof.warning(sentence, 'List the field or the type at "proof" in the chains file.'),
  );
  if (chain.family === 'tron') {
    const sentence = `${blocks.length} recent blocks are proven: id, transactions, results and the signature of a witness. Logs and internal transactions have no root; a second provider confirms them above the band.`;
    return [...findings, proof.ok(sentence)];
  }
  const isEmpty = blocks.every(({ transactions }) => transactions.length === 0);
  const shown = `${whole} of ${blocks.length} recent blocks recompute whole (hash, transactions, receipts)`;
  const empty = isEmpty ? ' All of them are empty, which shows little.' : '';
  if (whole === blocks.length) {
    const advice =
      rule === 'two-providers' && !isEmpty
        ? ' If that stays so, "rule": "roots" refuses every block that does not.'
        : '';
    return [...findings, proof.ok(`${shown}, by the rule ${rule}.${empty}${advice}`)];
  }
  const header = blocks.filter(({ proven }) => proven === 'header').length;
  const rest = `of the others the hash of ${header} recomputes`;
  const sentence = `${shown}; ${rest}. The rule is ${rule}.${empty}`;
  if (rule !== 'two-providers') return [...findings, proof.ok(sentence)];
  if (providers.length > 1) {
    return [
      ...findings,
      proof.ok(`${sentence} Those become final when two providers show the same.`),
    ];
  }
  if (singleProvider === 'accept') {
    return [
      ...findings,
      proof.warning(
        `${sentence} The one provider is believed, because singleProvider is "accept".`,
        'Add a provider of another company, if what it shows is to be compared.',
      ),
    ];
  }
  return [
    ...findings,
    proof.warning(
      `${sentence} Transfers in those wait as awaiting-second-provider, whatever their amount.`,
      'Add a provider of another company; or choose a rule that these blocks meet; or set "singleProvider": "accept".',
    ),
  ];
}

/** Whether each block names the one before it. */
export function judgeParents(blocks: readonly BlockHeader[]): Finding {
  const broken = blocks.find(
    ({ parentHash }, index) => index > 0 && parentHash !== blocks[index - 1]?.hash,
  );
  if (broken === undefined) return parents.ok(`${blocks.length} recent blocks follow one another.`);
  return parents.wrong(
    `Block ${broken.number} does not name the block before it, so the answers are of two branches.`,
    'If it persists, the URL leads to several nodes that disagree: use one node, or a provider that keeps to one.',
  );
}

/** Whether transactions and logs are there at all. */
export function judgeContent(blocks: readonly ChainBlock[]): Finding {
  const transactions = blocks.reduce((sum, block) => sum + block.transactions.length, 0);
  const transfers = blocks.flatMap((block) => block.transfers);
  const ofTokens = transfers.filter(({ ordinal }) => ordinal.startsWith('log:')).length;
  const sentence = `${blocks.length} recent blocks have ${transactions} transactions and ${transfers.length} transfers, ${ofTokens} of them of tokens.`;
  if (ofTokens > 0 || transactions < TRANSACTIONS_WITH_TOKENS) return content.ok(sentence);
  return content.warning(
    sentence,
    'That is unusual: compare with a block explorer whether the node leaves logs out.',
  );
}

const DAY_MS = 86_400_000;

/** What reading recent blocks took. */
export interface Effort {
  readonly blocks: number;
  readonly requests: number;
  readonly ms: number;
  /** The measured time between blocks, if it is known. */
  readonly blockTimeMs?: number | null;
}

/** How fast blocks are read, and whether the plan allows the requests that following takes. */
export function judgeRate(
  chain: Chain,
  effort: Effort,
  allowed: { readonly perSecond: number | null; readonly perDay: number | null },
): readonly Finding[] {
  const perBlock = effort.requests / effort.blocks;
  const perSecond = effort.blocks / (Math.max(1, effort.ms) / 1_000);
  const read = `Blocks were read at ${rounded(perSecond)} a second, with ${rounded(perBlock)} requests each`;
  if (chain.blockTimeMs === null) return [speed.ok(`${read}.`)];
  // The configured time may be wrong, which another finding says.
  const blockTimeMs = effort.blockTimeMs || chain.blockTimeMs;
  // The head and a tag are asked for with each block.
  const needed = ((perBlock + 2) * DAY_MS) / blockTimeMs;
  const findings: Finding[] = [];
  const blocksPerSecond = 1_000 / blockTimeMs;
  if (perSecond < blocksPerSecond) {
    const sentence = `${read}, but the chain makes ${rounded(blocksPerSecond)} a second: the watcher would never catch up.`;
    findings.push(speed.wrong(sentence, 'Use a faster node, or raise requestsPerSecond.'));
  } else {
    const dayMs = (DAY_MS * blocksPerSecond) / (perSecond - blocksPerSecond);
    const catchUp = Number.isFinite(dayMs)
      ? ` A day without the watcher is read in about ${inTime(dayMs)}.`
      : '';
    findings.push(speed.ok(`${read}.${catchUp}`));
  }
  const following = `Following the chain takes about ${Math.ceil(needed).toLocaleString('en-US')} requests a day`;
  const perSecondNeeded = needed / (DAY_MS / 1_000);
  if (allowed.perSecond !== null && allowed.perSecond < perSecondNeeded) {
    const sentence = `${following}, which is ${rounded(perSecondNeeded)} a second, but requestsPerSecond is ${allowed.perSecond}.`;
    return [...findings, rate.wrong(sentence, 'Use an own node or a plan with more requests.')];
  }
  if (allowed.perDay === null)
    return [...findings, rate.ok(`${following}; no limit is configured.`)];
  if (allowed.perDay < needed) {
    const sentence = `${following}, but callsPerDay is ${allowed.perDay.toLocaleString('en-US')}: the watcher would fall behind for ever.`;
    return [...findings, rate.wrong(sentence, 'Use an own node or a plan with more calls.')];
  }
  return [
    ...findings,
    rate.ok(`${following}, of ${allowed.perDay.toLocaleString('en-US')} allowed.`),
  ];
}

function rounded(number: number): string {
  return number.toLocaleString('en-US', { maximumSignificantDigits: number < 100 ? 2 : 4 });
}
