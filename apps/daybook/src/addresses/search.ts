import type { AddressPath } from '@daybook/chains';

/** Addresses that one look asks about. */
export const PATHS_AT_ONCE = 200;
/** BIP-32: higher numbers are hardened, and a public key cannot derive them. */
const NUMBERS = 2 ** 31;

export interface SearchPlan {
  /** So many unused indexes in a row end a branch. */
  readonly gap: number;
  /** How many indexes of a branch are known to be given; all of them are looked at, and the gap behind them. */
  readonly known: ReadonlyMap<number, number>;
  /** Branches of which nothing is known, the last one included; null for none. */
  readonly period: { readonly first: number; readonly last: number } | null;
}

export interface SearchProgress {
  /** Paths that were looked at. */
  readonly done: number;
  /** Paths that are to be looked at, as far as is known now. */
  readonly total: number;
  /** The branches below this one are finished, but for known ones. */
  readonly branch: number;
}

/**
 * So many branches behind the last used one of the period are looked at, too: if more than eight processes open one in
 * the same minute, some get numbers of later minutes.
 */
export const BRANCHES_BEHIND = 64;

interface Open {
  readonly branch: number;
  /** The next index to look at. */
  next: number;
  /** The first index that need not be looked at, unless one before it is used. */
  end: number;
}

/**
 * Looks at the addresses of branches: at each known index, then on until the gap has no used one. `look` says which of
 * some paths are used. Paths are looked at branch by branch, known branches first.
 */
export async function searchBranches(
  { gap, known, period }: SearchPlan,
  look: (paths: readonly AddressPath[]) => Promise<readonly boolean[]>,
  advanced: (progress: SearchProgress) => void,
): Promise<SearchProgress> {
  const open: Open[] = [...known]
    .sort(([one], [other]) => one - other)
    .map(([branch, count]) => ({ branch, next: 0, end: Math.min(count + gap, NUMBERS) }));
  let upcoming = period?.first ?? 0;
  let last = Math.min(period?.last ?? -1, NUMBERS - 1);
  let done = 0;

  function take(): { readonly from: Open; readonly path: AddressPath }[] {
    const taken: { readonly from: Open; readonly path: AddressPath }[] = [];
    for (let at = 0; taken.length < PATHS_AT_ONCE; ) {
      const from = open[at];
      if (from === undefined) {
        if (upcoming > last) break;
        if (!known.has(upcoming)) open.push({ branch: upcoming, next: 0, end: gap });
        upcoming += 1;
      } else if (from.next < from.end) {
        taken.push({ from, path: { branch: from.branch, index: from.next } });
        from.next += 1;
      } else at += 1;
    }
    return taken;
  }

  function note({ from, path }: ReturnType<typeof take>[number]): void {
    from.end = Math.min(Math.max(from.end, path.index + 1 + gap), NUMBERS);
    const isOfPeriod = period !== null && from.branch >= period.first && from.branch <= last;
    if (isOfPeriod) last = Math.min(Math.max(last, from.branch + BRANCHES_BEHIND), NUMBERS - 1);
  }

  function progress(): SearchProgress {
    const waiting = open.reduce((sum, { next, end }) => sum + end - next, 0);
    const branch = open.find((each) => !known.has(each.branch))?.branch ?? upcoming;
    return { done, total: done + waiting + Math.max(last + 1 - upcoming, 0) * gap, branch };
  }

  for (let taken = take(); taken.length > 0; taken = take()) {
    const used = await look(taken.map(({ path }) => path));
    for (const [i, each] of taken.entries()) if (used[i]) note(each);
    done += taken.length;
    // Finished ones are not kept: a year has millions.
    for (let i = open.length - 1; i >= 0; i--) {
      const { next, end } = open[i] as Open;
      if (next >= end) open.splice(i, 1);
    }
    advanced(progress());
  }
  return progress();
}
