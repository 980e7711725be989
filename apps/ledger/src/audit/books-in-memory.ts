import {
  addFigures,
  creditViolations,
  figuresDelta,
  figuresViolations,
  lineViolations,
  NO_FIGURES,
  type Posting,
  type PurseFigures,
  postFigures,
  postings,
  postingViolations,
  purseOf,
  sameFigures,
  type Violation,
} from '@daybook/domain';
import type { Happened } from '../projections/projection';

/** Violations that are kept; a log that breaks more rules than this is not helped by a longer list. */
export const VIOLATIONS_MAX = 100;

/** Debits and credits of one asset on one kind of book account. */
export interface TrialBalanceLine {
  /** CAIP-19. */
  readonly asset: string;
  readonly kind: string;
  readonly debits: bigint;
  readonly credits: bigint;
}

export interface OwnedFigures {
  readonly accountId: string;
  readonly customerId: string;
  readonly purseId: string;
  readonly asset: string;
  figures: PurseFigures;
}

export interface Books {
  add(happened: Happened): void;
  trialBalance(): readonly TrialBalanceLine[];
  /** By `<purse> <asset>`. */
  readonly figures: ReadonlyMap<string, OwnedFigures>;
  /** What was found while adding: the rules hold at every position, not only at the last. */
  violations(): readonly Violation[];
  /** Events by type. */
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * The books of a log in memory, by `postings` alone: beside the tables a second, independent way to
 * the same figures. About half a KiB a purse and asset, and a tenth for each credited replenishment.
 */
export function booksInMemory(): Books {
  const totals = new Map<string, Map<string, { debits: bigint; credits: bigint }>>();
  const figures = new Map<string, OwnedFigures>();
  const credited = new Set<string>();
  const counts = new Map<string, number>();
  const found: Violation[] = [];
  const note = (violations: readonly Violation[]) => {
    for (const violation of violations) if (found.length < VIOLATIONS_MAX) found.push(violation);
  };

  function sideOf(asset: string, kind: string): { debits: bigint; credits: bigint } {
    const kinds = totals.get(asset) ?? new Map<string, { debits: bigint; credits: bigint }>();
    totals.set(asset, kinds);
    const side = kinds.get(kind) ?? { debits: 0n, credits: 0n };
    kinds.set(kind, side);
    return side;
  }

  function post({ debit, credit, asset, amount }: Posting): void {
    sideOf(asset, debit.kind).debits += amount;
    sideOf(asset, credit.kind).credits += amount;
  }

  /** Debits equal credits after this event, and so at every position. */
  function checkAsset(asset: string, position: bigint): void {
    let [debits, credits] = [0n, 0n];
    for (const side of totals.get(asset)?.values() ?? []) {
      debits += side.debits;
      credits += side.credits;
    }
    if (debits === credits) return;
    const detail = `debits ${debits}, credits ${credits} at position ${position}`;
    note([{ invariant: 'debits-equal-credits', subject: asset, detail }]);
  }

  function move({ event, recorded }: Happened, posted: readonly Posting[]): void {
    const change = figuresDelta(event);
    const [posting] = posted;
    if (posting === undefined || change === null) {
      if (posting !== undefined || change !== null) {
        const detail = `${event.type} has ${posted.length} postings and figures ${change !== null}`;
        note([{ invariant: 'journal-sums-to-figures', subject: recorded.stream, detail }]);
      }
      return;
    }
    const { accountId, customerId } = change.key;
    const purseId = purseOf(posting) ?? change.key.purseId;
    const { asset } = posting;
    const key = `${purseId} ${asset}`;
    let owned = figures.get(key);
    if (owned === undefined) {
      owned = { accountId, customerId, purseId, asset, figures: NO_FIGURES };
      figures.set(key, owned);
    }
    const before = owned.figures;
    const after = addFigures(before, change.delta);
    owned.figures = postFigures(before, posting);
    const subject = `${key} at ${recorded.position}`;
    if (!sameFigures(after, owned.figures) || after.received < before.received) {
      note(lineViolations(subject, before, posting, after));
    }
    const broken = figuresViolations(subject, after);
    // What was broken before is told where it broke, not again with every line after it.
    if (broken.length > 0 && figuresViolations(subject, before).length === 0) note(broken);
  }

  function countCredit({ event, recorded: { stream } }: Happened): void {
    const isBooked =
      event.type === 'ReplenishmentConfirmed' || event.type === 'ReplenishmentDeclined';
    const isTakenBack = event.type === 'ReplenishmentReverted' && event.data.credit !== null;
    if (isBooked) {
      if (credited.has(stream)) note(creditViolations(stream, 2, true));
      credited.add(stream);
    }
    if (isTakenBack && !credited.delete(stream)) note(creditViolations(stream, -1, false));
  }

  return {
    figures,
    counts,
    add(happened) {
      const { event, recorded } = happened;
      counts.set(event.type, (counts.get(event.type) ?? 0) + 1);
      const posted = postings(event);
      countCredit(happened);
      move(happened, posted);
      for (const posting of posted) {
        note(postingViolations(posting));
        post(posting);
        checkAsset(posting.asset, recorded.position);
      }
    },
    trialBalance: () =>
      [...totals]
        .flatMap(([asset, kinds]) => [...kinds].map(([kind, sums]) => ({ asset, kind, ...sums })))
        .sort((a, b) => (a.asset + a.kind < b.asset + b.kind ? -1 : 1)),
    violations: () => found,
  };
}
