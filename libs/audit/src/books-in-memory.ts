import {
  type AssetScale,
  assetViolations,
  balanceViolations,
  creditViolations,
  eventViolations,
  type Figures,
  figuresViolations,
  floorAfter,
  idOf,
  NO_FIGURES,
  ownerOf,
  POSTING_KINDS,
  type Posting,
  type PostingParties,
  postFigures,
  postings,
  postingViolations,
  postToTrialBalance,
  type TrialBalance,
  type Violation,
} from '@daybook/domain';
import type { Happened } from '@daybook/event-store';

/** The most violations of single events that are kept. Those of whole assets come on top. */
const VIOLATIONS_MAX = 100;

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

export type Books = ReturnType<typeof booksInMemory>;

/**
 * The books in memory, from `postings` alone: an independent way to the figures in the tables. About
 * 1 KiB per purse and asset, and a twentieth of that per credited replenishment.
 */
export function booksInMemory() {
  const trial: TrialBalance = new Map();
  const figures = new Map<string, OwnedFigures>();
  const credited = new Set<string>();
  const counts = new Map<string, number>();
  const assets = new Map<string, AssetScale>();
  const found: Violation[] = [];
  const note = (violations: readonly Violation[]) => {
    for (const violation of violations) if (found.length < VIOLATIONS_MAX) found.push(violation);
  };
  const noteAt = (position: bigint, violations: readonly Violation[]) =>
    note(violations.map((one) => ({ ...one, subject: `${one.subject} at ${position}` })));

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
    const broken = figuresViolations(key, after, floorAfter(before, posting, after));
    if (broken.length === 0) return;
    // A violation is reported where it begins; later lines do not report it again.
    if (figuresViolations(key, before, before).length === 0) noteAt(position, broken);
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
    /** By `<owner> <asset>`. */
    figures: figures as ReadonlyMap<string, OwnedFigures>,
    /** Events by type. */
    counts: counts as ReadonlyMap<string, number>,
    /** What amounts of each asset are shown by, as the log has it. */
    assets: assets as ReadonlyMap<string, AssetScale>,
    add({ event, recorded: { position, stream } }: Happened): void {
      counts.set(event.type, (counts.get(event.type) ?? 0) + 1);
      if (event.type === 'AssetRecorded' || event.type === 'AssetRenamed') {
        const { decimals, currency } = { decimals: 0, ...assets.get(idOf(stream)), ...event.data };
        assets.set(idOf(stream), { currency, decimals });
      }
      const posted = postings(event);
      for (const posting of posted) {
        note(postingViolations(posting));
        countCredit(posting, stream);
        move(posting, position);
        postToTrialBalance(trial, posting);
        note(balanceViolations(posting, trial));
      }
      if (posted.length > 0) noteAt(position, eventViolations(event.type, posted));
    },
    trialBalance: (): readonly TrialBalanceLine[] =>
      [...trial]
        .flatMap(([asset, books]) =>
          Array.from(books, ([kind, { debits, credits }]) => ({ asset, kind, debits, credits })),
        )
        .sort((a, b) => (a.asset + a.kind < b.asset + b.kind ? -1 : 1)),
    /** Violations at any position so far. */
    violations: (): readonly Violation[] => [...found, ...assetViolations(trial)],
  };
}
