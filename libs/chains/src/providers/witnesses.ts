import type { HeaderAnswer } from '../chain-client';

/** What providers show at the height of a block. Those that are silent, or stuck and show no such block, abstain. */
export interface Witnesses {
  /** They show the block. */
  readonly showing: readonly string[];
  /** They show another one in its place. */
  readonly denying: readonly string[];
  /** They answer, but have no block there yet. They may deny it when they have. */
  readonly behind: readonly string[];
}

/**
 * What the providers' headers at one height say about the block with this hash. One that is stuck may just not know the
 * branch, so it denies nothing.
 */
export function witnessesOf(answers: readonly HeaderAnswer[], hash: string): Witnesses {
  const named = (isMeant: (answer: HeaderAnswer) => boolean) =>
    answers.filter((answer) => isMeant(answer)).map(({ provider }) => provider);
  return {
    showing: named(({ header }) => header?.hash === hash),
    denying: named(
      ({ header, state }) => header !== null && header.hash !== hash && state === 'live',
    ),
    behind: named(({ header, state }) => header === null && state === 'live'),
  };
}

/** What an operator reads about two providers that show different blocks. */
export function disagreementAt(
  block: string,
  shown: { readonly by: string; readonly hash: string },
  other: string,
): string {
  return (
    `The providers ${other} and ${shown.by} disagree about ${block}: ` +
    `${shown.by} shows ${shown.hash}, ${other} another one. Nothing becomes final until they agree. ` +
    'Find out which one is wrong, for example in a block explorer, and remove it from the chains file.'
  );
}
