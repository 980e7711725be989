import { randomUUID } from 'node:crypto';
import { type ChainBlock, contentAgreedOn, InvalidBlock, RpcFailure } from '@daybook/chains';
import { matchBlocks } from '../match/match-blocks';
import { movementsIn } from '../match/movements';
import type { NextBlocks } from '../reorg/next-blocks';
import {
  becomesGap,
  gapsOf,
  QUARANTINE_ATTEMPTS,
  QUARANTINE_MS,
  type QuarantinedBlock,
} from '../state/quarantine';
import type { Rescan } from '../state/rescan';
import type { WatchContext } from '../state/watch-state';
import type { Change } from '../state/watcher-store';
import { strand, strandedTransfers } from './stranded';

/** How often the content of a gap is asked for without a request. */
const GAP_RETRY_MS = 30_000;
/** What a provider said is quoted up to this length. */
const SAID_LENGTH_MAX = 300;

type Refused = Extract<NextBlocks, { kind: 'refused' }>;

/** What the chain does with a block that was answered invalidly. */
export type Resolution =
  | { readonly kind: 'accepted'; readonly block: ChainBlock }
  | { readonly kind: 'gap'; readonly entry: QuarantinedBlock };

export type Quarantine = ReturnType<typeof createQuarantine>;

/** Keeps the blocks that could not be proven whole, asks for them again, and does what operators decide. */
export function createQuarantine(context: WatchContext) {
  const { chain, client, table, state, commit } = context;
  /** A block that was answered invalidly and is not in quarantine yet. */
  let suspect = { hash: '', since: 0, attempts: 0 };
  /** When the content of each gap was asked for last. */
  const askedAt = new Map<string, number>();

  async function saidByEach(hash: string): Promise<QuarantinedBlock['answers']> {
    const answers = await client.askEvery(hash);
    return answers.map(({ provider, block, failure }) => {
      const missing =
        block === null ? 'It does not have the block.' : 'It answers with the whole block.';
      return { provider, said: quoted(failure ?? missing) };
    });
  }

  /** The block in quarantine that was refused; null while it may be a passing fault. */
  async function admit({ header, error }: Refused): Promise<QuarantinedBlock | null> {
    const { hash } = header;
    const now = context.now();
    const headerProven = error.headerProven && error.header?.hash === hash;
    const known = state.quarantine.find((it) => it.hash === hash && it.state === 'waiting');
    if (known) {
      const entry = { ...known, headerProven: known.headerProven || headerProven };
      if (entry.headerProven !== known.headerProven) await commit({ quarantine: [entry] });
      return entry;
    }
    if (suspect.hash !== hash) suspect = { hash, since: now, attempts: 0 };
    suspect.attempts += 1;
    const { since, attempts } = suspect;
    if (attempts < QUARANTINE_ATTEMPTS || now - since < QUARANTINE_MS) return null;
    const { number, parentHash, time } = header;
    const entry: QuarantinedBlock = {
      ...{
        id: randomUUID(),
        number,
        hash,
        parentHash,
        time,
        headerProven,
        state: 'waiting',
        since,
      },
      reason: quoted(error.message),
      answers: await saidByEach(hash),
      ...{ decision: null, decidedBy: null, stranded: {} },
    };
    await commit({ quarantine: [entry] });
    return entry;
  }

  /** Matches the content of a gap, and reverts what a reorg replaced and no gap can contain any more. */
  async function fill(
    gap: QuarantinedBlock,
    block: ChainBlock,
    outcome: 'scanned' | 'accepted',
    request?: Rescan,
  ): Promise<void> {
    const { number } = gap;
    const shown = movementsIn(context, block, (address) => table.has(address));
    const ids = new Set(shown.map(({ id }) => id));
    const stranded = await strandedTransfers(context, [gap]);
    const next = gapsOf(state.quarantine).find((it) => it.number > number);
    const left = next ? stranded.filter(({ transfer }) => !ids.has(transfer.transferId)) : [];
    const lost = stranded.filter((it) => !left.includes(it));
    const { found, versions } = await matchBlocks(context, [block], lost);
    const handed = next && { ...next, stranded: { ...next.stranded, ...strand(left) } };
    const change: Change = {
      transfers: versions,
      quarantine: [{ ...gap, state: outcome, stranded: {} }, ...(handed ? [handed] : [])],
      scanned: { above: null, ranges: [{ from: number, to: number }] },
      ...(request && {
        rescans: [{ ...request, state: 'done', found, versions: versions.length }],
      }),
    };
    await commit(change);
    askedAt.delete(gap.id);
  }

  /** The block by the chain's other rule. An operator accepts it, so it needs no other confirmation. */
  async function byOtherRule(hash: string): Promise<ChainBlock | null> {
    const block = (await client.blockByOtherRule?.(hash)) ?? null;
    return block && { ...block, needsConfirmation: false };
  }

  async function contentOf({ hash, decision }: QuarantinedBlock): Promise<ChainBlock | null> {
    try {
      const block = await client.block(hash);
      if (block !== null || decision !== 'accept') return block;
    } catch (error) {
      if (decision !== 'accept' || !(error instanceof InvalidBlock)) throw error;
    }
    return byOtherRule(hash);
  }

  /** Asks for the content of the gap that was not asked for the longest. */
  async function askForGaps(): Promise<void> {
    const now = context.now();
    const due = gapsOf(state.quarantine)
      .filter(({ id }) => now - (askedAt.get(id) ?? 0) >= GAP_RETRY_MS)
      .sort((a, b) => (askedAt.get(a.id) ?? 0) - (askedAt.get(b.id) ?? 0));
    const [gap] = due;
    if (gap === undefined) return;
    askedAt.set(gap.id, now);
    try {
      const block = await contentOf(gap);
      const outcome = gap.decision === 'accept' ? 'accepted' : 'scanned';
      if (block?.hash === gap.hash) await fill(gap, block, outcome);
    } catch (error) {
      // The chain goes on without it, and the quarantine shows it until it is answered.
      if (!(error instanceof InvalidBlock || error instanceof RpcFailure)) throw error;
      if (error instanceof InvalidBlock && client.believesAgreement) await fillIfAgreed(gap);
    }
  }

  /** Accepts what two providers show alike of a gap that none shows whole. */
  async function fillIfAgreed(gap: QuarantinedBlock): Promise<void> {
    const answers = await client.askEveryByOtherRule(gap.hash);
    const agreed = contentAgreedOn(answers, gap.hash);
    if (agreed !== null) await fill(gap, { ...agreed, needsConfirmation: false }, 'accepted');
  }

  async function serve(request: BlockRequest): Promise<void> {
    const refuse = (reason: string, quarantine: readonly QuarantinedBlock[] = []) =>
      commit({ rescans: [{ ...request, state: 'refused', reason }], quarantine });
    const entry = state.quarantine.find(({ number }) => number === request.from);
    if (entry === undefined) {
      const numbers = state.quarantine.map(({ number }) => number);
      const others = numbers.length === 0 ? 'no block is' : `there is ${numbers.join(', ')}`;
      return refuse(`Block ${request.from} of ${chain.id} is not in quarantine; ${others}.`);
    }
    const decide = (decision: 'accept' | 'skip') =>
      commit({
        quarantine: [{ ...entry, decision, decidedBy: request.id }],
        rescans: [{ ...request, state: 'done' }],
      });
    switch (request.origin) {
      case 'skip-block':
        if (entry.state === 'waiting') return decide('skip');
        return refuse(
          `Block ${entry.number} is a gap already, and its content is still asked for.`,
        );
      case 'accept-block': {
        const block = await attempt(() => byOtherRule(entry.hash));
        if (typeof block === 'string') return refuse(`By the other rule, too: ${block}`);
        if (block?.hash !== entry.hash) {
          return refuse(`No provider of ${chain.id} has block ${entry.number} by another rule.`);
        }
        if (entry.state === 'waiting') return decide('accept');
        const decided = { ...entry, decision: 'accept', decidedBy: request.id } as const;
        return fill(decided, block, 'accepted', request);
      }
      case 'ask-block': {
        const block = await attempt(() => client.block(entry.hash));
        if (typeof block !== 'string' && block?.hash === entry.hash) {
          if (entry.state === 'gap') return fill(entry, block, 'scanned', request);
          return commit({ rescans: [{ ...request, state: 'done' }] });
        }
        const reason = typeof block === 'string' ? block : 'No provider has the block.';
        const answers = await saidByEach(entry.hash);
        const said = answers.map((it) => `${it.provider}: ${it.said}`).join(' ');
        return refuse(`No provider answered with the whole block. ${said}`.slice(0, 1_000), [
          { ...entry, reason: quoted(reason), answers },
        ]);
      }
    }
  }

  return {
    /** What to do with the refused block; null when the chain has to wait. */
    async resolve(refused: Refused): Promise<Resolution | null> {
      const entry = await admit(refused);
      if (entry === null) return null;
      if (entry.decision === 'accept') {
        const block = await byOtherRule(entry.hash);
        if (block?.hash === entry.hash) return { kind: 'accepted', block };
      }
      return becomesGap(entry, chain, context.now()) ? { kind: 'gap', entry } : null;
    },

    /** Does what operators decided, and asks for the content of gaps; returns whether more is due. */
    async step(): Promise<boolean> {
      const request = state.rescans.find(isBlockRequest);
      if (request) await serve(request);
      else await askForGaps();
      return request !== undefined;
    },
  };
}

type BlockRequest = Omit<Rescan, 'origin'> & {
  readonly origin: 'ask-block' | 'accept-block' | 'skip-block';
};

function isBlockRequest(rescan: Rescan): rescan is BlockRequest {
  return ['ask-block', 'accept-block', 'skip-block'].includes(rescan.origin);
}

/** A block, or why it is not answered validly. */
async function attempt(ask: () => Promise<ChainBlock | null>): Promise<ChainBlock | null | string> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof InvalidBlock || error instanceof RpcFailure) return error.message;
    throw error;
  }
}

function quoted(text: string): string {
  return text.slice(0, SAID_LENGTH_MAX);
}
