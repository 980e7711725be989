import type { BlockHeader, FinalityTag } from '../chain-client';
import { unlessFault } from './fault';
import { disagreementAt } from './witnesses';

/** A provider that is asked for the last block with a tag. Its answers are null where it has none. */
export interface Voter {
  readonly name: string;
  tagged(tag: FinalityTag): Promise<BlockHeader | null>;
  header(number: number): Promise<BlockHeader | null>;
}

export type Agreement =
  /** The highest tagged block that two providers show; with one answer, that one. Null if it is unknown. */
  | {
      readonly kind: 'agreed';
      readonly header: BlockHeader | null;
      /** Those who show it: one or two. */
      readonly by: readonly Voter[];
    }
  | { readonly kind: 'disagreed'; readonly sentence: string };

interface Vote {
  readonly voter: Voter;
  readonly header: BlockHeader;
}

/**
 * Compares what providers call final. Their tags may be at different heights, so two are compared at the
 * lower height: the higher one is asked for its block there. Providers without an answer abstain. Rejects when
 * no provider answers.
 */
export async function agreeOnTag(tag: FinalityTag, voters: readonly Voter[]): Promise<Agreement> {
  const failures: unknown[] = [];
  async function ask(voter: Voter): Promise<Vote[]> {
    try {
      const header = await voter.tagged(tag);
      return header === null ? [] : [{ voter, header }];
    } catch (error) {
      unlessFault(error);
      failures.push(error);
      return [];
    }
  }
  // At one height they stay in the order of the voters, no matter which answered first.
  const votes = (await Promise.all(voters.map(ask))).flat();
  if (failures.length === voters.length) throw failures[0];
  votes.sort((a, b) => b.header.number - a.header.number);
  const [highest, ...lower] = votes;
  if (highest === undefined) return { kind: 'agreed', header: null, by: [] };
  if (lower.length === 0) {
    return { kind: 'agreed', header: highest.header, by: [highest.voter] };
  }
  let shared: Vote | null = null;
  for (const vote of lower) {
    const same = await compare(highest, vote);
    if (same === false) return disagreement(tag, highest, vote);
    if (same) shared ??= vote;
  }
  if (shared === null) return { kind: 'agreed', header: null, by: [] };
  return { kind: 'agreed', header: shared.header, by: [highest.voter, shared.voter] };
}

/** Whether `higher` has the block of `lower`; null if it does not say. */
async function compare(higher: Vote, { header }: Vote): Promise<boolean | null> {
  if (higher.header.number === header.number) return higher.header.hash === header.hash;
  const there = await higher.voter.header(header.number).catch(unlessFault);
  return there && there.hash === header.hash;
}

function disagreement(tag: FinalityTag, a: Vote, { voter, header }: Vote): Agreement {
  const shown = { by: voter.name, hash: header.hash };
  const sentence = disagreementAt(`the ${tag} block ${header.number}`, shown, a.voter.name);
  return { kind: 'disagreed', sentence };
}
