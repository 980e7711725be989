import {
  balanceViolations,
  creditViolations,
  eventViolations,
  type Figures,
  figuresViolations,
  floorAfter,
  lineViolations,
  NO_FIGURES,
  ownerOf,
  POSTING_KINDS,
  type Posting,
  type PostingParties,
  postFigures,
  postings,
  postingViolations,
  postToBalances,
  type Violation,
} from '@daybook/domain';
import type { Happened } from '@daybook/event-store';

/** Violations kept in memory; a longer list would not help. */
export const VIOLATIONS_MAX = 100;

/** Debits and credits of one asset on one kind of book account. */
export interface TrialBalanceLine {
  /** CAIP-19. */
  readonly asset: string;
  readonly kind: string;
  readonly debits: bigint;
  readonly credits: bigint;
}

export interface OwnedFigures extends PostingParties {
  readonly asset: string;
  figures: Figures;
}

export interface Books {
  add(happened: Happened): void;
  trialBalance(): readonly TrialBalanceLine[];
  /** By `<owner> <asset>`. */
  readonly figures: ReadonlyMap<string, OwnedFigures>;
  /** Violations found so far. The rules must hold at every position, not only at the last. */
  violations(): readonly Violation[];
  /** Events by type. */
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * The books in memory, from `postings` alone: a second way to the figures in the tables. About 1 KiB per
 * purse and asset, and a twentieth of that per credited replenishment.
 */
export function booksInMemory(): Books {
  const totals = new Map<string, Map<string, { debits: bigint; credits: bigint }>>();
  const balances = new Map<string, bigint>();
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

  function post(posting: Posting): void {
    const { debit, credit, asset, amount } = posting;
    sideOf(asset, debit).debits += amount;
    sideOf(asset, credit).credits += amount;
    postToBalances(balances, posting);
    note(balanceViolations(posting, balances));
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

  function move(posting: Posting, position: bigint): void {
    const { accountId, customerId, purseId, chargeId, asset } = posting;
    const key = `${ownerOf(posting)} ${asset}`;
    let owned = figures.get(key);
    if (owned === undefined) {
      owned = { accountId, customerId, purseId, chargeId, asset, figures: NO_FIGURES };
      figures.set(key, owned);
    }
    const before = owned.figures;
    const after = postFigures(before, posting);
    owned.figures = after;
    const subject = `${key} at ${position}`;
    note(lineViolations(subject, before, posting, after));
    const broken = figuresViolations(subject, after, floorAfter(before, posting, after));
    // An old violation was reported where it began; later lines do not report it again.
    if (broken.length > 0 && figuresViolations(subject, before, before).length === 0) note(broken);
  }

  function countCredit({ kind }: Posting, stream: string): void {
    const { throughput } = POSTING_KINDS[kind];
    if (throughput === 1) {
      if (credited.has(stream)) note(creditViolations(stream, 2, true));
      credited.add(stream);
    }
    if (throughput === -1 && !credited.delete(stream)) note(creditViolations(stream, -1, false));
  }

  return {
    figures,
    counts,
    add(happened) {
      const { event, recorded } = happened;
      counts.set(event.type, (counts.get(event.type) ?? 0) + 1);
      const { position, stream } = recorded;
      const posted = postings(event);
      for (const posting of posted) {
        note(postingViolations(posting));
        countCredit(posting, stream);
        move(posting, position);
        post(posting);
        checkAsset(posting.asset, position);
      }
      note(eventViolations(`${event.type} at ${position}`, posted));
    },
    trialBalance: () =>
      [...totals]
        .flatMap(([asset, kinds]) => [...kinds].map(([kind, sums]) => ({ asset, kind, ...sums })))
        .sort((a, b) => (a.asset + a.kind < b.asset + b.kind ? -1 : 1)),
    violations: () => found,
  };
}
