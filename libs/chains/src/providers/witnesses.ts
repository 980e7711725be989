import type { HeaderAnswer } from '../chain-client';

/** Which providers show a block at its height, and which show another one there. The others abstain. */
export interface Witnesses {
  readonly showing: readonly string[];
  readonly denying: readonly string[];
}

/**
 * What the providers' headers at one height say about the block with this hash. One that shows no block there lags or is
 * silent, and one that is stuck may just not know the branch, so neither denies it.
 */
export function witnessesOf(answers: readonly HeaderAnswer[], hash: string): Witnesses {
  const named = (isMeant: (answer: HeaderAnswer) => boolean) =>
    answers.filter((answer) => isMeant(answer)).map(({ provider }) => provider);
  return {
    showing: named(({ header }) => header?.hash === hash),
    denying: named(({ header, isStuck }) => header !== null && header.hash !== hash && !isStuck),
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
