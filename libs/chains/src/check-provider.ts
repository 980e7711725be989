import { messageOf, TimedOut, within } from '@daybook/platform/plain';
import type { BlockHeader, ChainBlock } from './chain-client';
import type {
  Chain,
  ChainConnection,
  ChainsAndAssets,
  ProviderConnection,
} from './chains-and-assets';
import { findingsOf } from './check/finding-of';
import { judgeContent, judgeParents, judgeProof, judgeRate } from './check/judge-blocks';
import { judgeTag, policyFinding, tagsOf } from './check/judge-finality';
import { judgeBlockTime, judgeHead, measuredBlockTimeMs } from './check/judge-head';
import { judgeToken } from './check/judge-token';
import { judgeHistory } from './check/oldest-block';
import { judgeMissing, judgeRefused, readRecent } from './check/recent-blocks';
import { inspectProvider, parseAssetId } from './family';
import type { Finding, Inspection } from './inspection';
import { InvalidBlock } from './invalid-block';
import { RpcFailure } from './node-http';
import { faultOf } from './providers/fault';
import { silenceMsOf } from './providers/provider-health';
import { WrongChain } from './wrong-chain';

/** One step asks a few times; each request has a time-out of ten seconds of its own. */
const STEP_MS_MAX = 60_000;
/** The search for the oldest block asks some dozens of times. */
const SEARCH_MS_MAX = 180_000;

/** What a check found out about one provider, and with what others are compared. */
export interface ProviderCheck {
  readonly name: string;
  readonly findings: readonly Finding[];
}

export interface CheckedProvider extends ProviderCheck {
  readonly inspection: Inspection;
  /** A block that was read whole; null if none was. */
  readonly block: ChainBlock | null;
}

export interface CheckPlan {
  readonly chain: Chain;
  readonly connection: ChainConnection;
  readonly registry: ChainsAndAssets;
  /** Called with what is asked next, such as `node: recent blocks`. */
  step(title: string): void;
  readonly signal: AbortSignal;
}

/** Asks one provider everything that the watcher will need. Rejects only with an error that is not the provider's. */
export async function checkProvider(
  plan: CheckPlan,
  provider: ProviderConnection,
): Promise<CheckedProvider> {
  const inspection = inspectProvider(plan.chain, provider, plan.registry);
  const steps = createSteps(plan, provider.name);
  const block = await askInTurn(plan, provider, inspection, steps);
  return { name: provider.name, findings: steps.findings, inspection, block };
}

type Steps = ReturnType<typeof createSteps>;

/** Runs steps, each with a time limit. A fault of the provider ends its step only, and is noted. */
function createSteps({ step: told, signal }: CheckPlan, name: string) {
  const findings: Finding[] = [];
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // Nobody may be waiting when the command is interrupted.
  aborted.catch(() => undefined);
  return {
    findings: findings as readonly Finding[],
    note: (...found: readonly Finding[]) => void findings.push(...found),
    /** Null if the provider fails. */
    async run<T>(
      topic: string,
      title: string,
      work: () => Promise<T>,
      maxMs = STEP_MS_MAX,
    ): Promise<T | null> {
      signal.throwIfAborted();
      told(`${name}: ${title}`);
      const late = `The question (${title}) was not answered within ${maxMs / 1_000} s.`;
      try {
        return await within(Promise.race([work(), aborted]), maxMs, late);
      } catch (error) {
        if (!(error instanceof TimedOut) && faultOf(error) === null) throw error;
        findings.push(faultFinding(topic, error));
        return null;
      }
    },
  };
}

/** A block that was read whole; null if the provider does not even serve that. */
async function askInTurn(
  plan: CheckPlan,
  provider: ProviderConnection,
  inspection: Inspection,
  steps: Steps,
): Promise<ChainBlock | null> {
  const { chain, connection } = plan;
  const { client } = inspection;
  const { note, run } = steps;
  const isServed = await run('chain', 'chain id', async () => {
    await client.verify();
    note(findingsOf('chain').ok(`The node serves ${chain.id}.`));
    return true;
  });
  if (isServed === null) return null;
  const head = await run('head', 'newest block', () => client.head());
  if (head === null) return null;
  note(judgeHead(chain, head, silenceMsOf(chain), Date.now()));
  await run('finality', 'finality', async () => {
    note(policyFinding(chain), ...(await tagFindings(plan, inspection, head)));
  });
  await run('header', 'headers', async () => note(await headerFinding(inspection, head)));
  const blocks = await checkBlocks(plan, provider, inspection, steps, head);
  const newest = blocks.at(-1);
  if (newest === undefined) return null;
  await run('node', 'abilities', async () => note(...(await inspection.findings(blocks))));
  await run(
    'oldest-block',
    'oldest block',
    async () => note(await judgeHistory(chain, connection, client, newest, head.number)),
    SEARCH_MS_MAX,
  );
  await checkTokens(plan, inspection, steps);
  return newest;
}

/** Reads the last blocks, and judges what they show and how long they took. */
async function checkBlocks(
  plan: CheckPlan,
  provider: ProviderConnection,
  inspection: Inspection,
  { note, run }: Steps,
  head: BlockHeader,
): Promise<readonly ChainBlock[]> {
  const { chain, connection } = plan;
  const { client } = inspection;
  const before = inspection.requests();
  const since = performance.now();
  const recent = await run('blocks', 'recent blocks', () => readRecent(client, head.number));
  if (recent === null) return [];
  const { blocks, refused } = recent;
  note(...judgeMissing(recent));
  const requests = inspection.requests() - before;
  const ms = performance.now() - since;
  if (refused.length > 0) {
    await run('proof', 'other rules', async () => {
      note(...(await judgeRefused(chain, inspection, refused)));
    });
  }
  if (blocks.length === 0) return [];
  if (refused.length === 0) note(...judgeProof(chain, blocks, connection));
  if (refused.length + recent.missing.length === 0) note(judgeParents(blocks));
  const blockTime = judgeBlockTime(chain, blocks);
  note(judgeContent(blocks), ...(blockTime === null ? [] : [blockTime]));
  const { requestsPerSecond: perSecond, tron } = provider;
  const allowed = { perSecond, perDay: tron?.callsPerDay ?? null };
  const effort = { blocks: blocks.length, requests, ms, blockTimeMs: measuredBlockTimeMs(blocks) };
  note(...judgeRate(chain, effort, allowed));
  return blocks;
}

async function checkTokens(
  { chain, registry }: CheckPlan,
  inspection: Inspection,
  { note, run }: Steps,
): Promise<void> {
  for (const asset of registry.assets.filter((it) => it.chain === chain.id)) {
    const kind = parseAssetId(asset.id)?.kind;
    if (kind !== 'contract' && kind !== 'issued') continue;
    const reference = asset.id.slice(asset.id.lastIndexOf(':') + 1);
    await run('asset', asset.currency, async () => {
      note(judgeToken(asset, await inspection.token({ kind, reference }).catch(unread)));
    });
  }
}

function faultFinding(topic: string, error: unknown): Finding {
  const sentence = messageOf(error);
  if (error instanceof WrongChain) {
    const right = 'Correct the URL, or the id of the chain.';
    return findingsOf(topic).wrong(sentence, right);
  }
  if (error instanceof InvalidBlock) {
    return findingsOf(topic).wrong(
      sentence,
      'Try another node. If all show it so, the chain has another shape: begin with "proof": { "rule": "two-providers", "reason": "Not tried yet." }.',
    );
  }
  const status = error instanceof RpcFailure ? error.status : null;
  if (status === 401 || status === 403) {
    const right = 'Check the name and password in the URL, or the key in the URL or the headers.';
    return findingsOf(topic).wrong(sentence, right);
  }
  const kind = error instanceof RpcFailure ? error.kind : 'silent';
  const right = {
    passing:
      'Make sure that the URL is right, and that the node runs and can be reached from here.',
    limited: 'Set requestsPerSecond to what the plan allows, or use a plan with more.',
    silent: 'The node is overloaded or too far away: use another one.',
    refused: 'Allow the request on the node or in the plan, or use another one.',
  }[kind];
  return findingsOf(topic).wrong(sentence, right);
}

/** Nodes may refuse calls of contracts; a watcher does not need them. */
function unread(error: unknown) {
  if (error instanceof RpcFailure && error.kind === 'refused') {
    return { kind: 'unread', reason: messageOf(error) } as const;
  }
  throw error;
}

async function tagFindings(
  { chain, registry }: CheckPlan,
  { client }: Inspection,
  head: BlockHeader,
): Promise<readonly Finding[]> {
  const { needed, credited } = tagsOf(chain, registry);
  const findings: Finding[] = [];
  for (const tag of needed) {
    findings.push(judgeTag(tag, credited.has(tag), await client.tagged(tag), head));
  }
  return findings;
}

/** A header by its number and by its hash must be the same. */
async function headerFinding({ client }: Inspection, head: BlockHeader): Promise<Finding> {
  const { ok, wrong } = findingsOf('header');
  const number = Math.max(0, head.number - 1);
  const byNumber = await client.header(number);
  const byHash = byNumber && (await client.header(byNumber.hash));
  if (byNumber !== null && byHash?.hash === byNumber.hash) {
    return ok('Headers are served by number and by hash.');
  }
  const missing =
    byNumber === null ? `block ${number} by its number` : `block ${number} by its hash`;
  return wrong(
    `The node does not show ${missing}, although its newest block is ${head.number}.`,
    'If it persists, the URL leads to several nodes of which some lag: use one node.',
  );
}
