/** Heights of a chain, both ends included. */
export interface Heights {
  readonly from: number;
  readonly to: number;
}

/** What a step scanned. */
export interface ScannedChange {
  /** The blocks above this height were replaced; null when none was. */
  readonly above: number | null;
  readonly ranges: readonly Heights[];
}

/** The scanned heights after a step: sorted, none touching another. */
export function afterScan(
  known: readonly Heights[],
  { above, ranges }: ScannedChange,
): readonly Heights[] {
  const kept =
    above === null ? known : known.map(({ from, to }) => ({ from, to: Math.min(to, above) }));
  const sorted = [...kept, ...ranges]
    .filter(({ from, to }) => from <= to)
    .sort((a, b) => a.from - b.from);
  const joined: Heights[] = [];
  for (const { from, to } of sorted) {
    const last = joined.at(-1);
    if (last && from <= last.to + 1)
      joined[joined.length - 1] = { ...last, to: Math.max(last.to, to) };
    else joined.push({ from, to });
  }
  return joined;
}

/** The heights of `span` that none of `covered` has. */
export function heightsOutside(span: Heights, covered: readonly Heights[]): readonly Heights[] {
  const missing: Heights[] = [];
  let next = span.from;
  for (const { from, to } of afterScan(covered, { above: null, ranges: [] })) {
    if (from > next && next <= span.to)
      missing.push({ from: next, to: Math.min(from - 1, span.to) });
    next = Math.max(next, to + 1);
  }
  if (next <= span.to) missing.push({ from: next, to: span.to });
  return missing;
}

/** What the gap check looks at. */
export interface ScanRecord {
  /** The first height that must be scanned; null before the chain's first start. */
  readonly scannedFrom: number | null;
  readonly scanned: readonly Heights[];
  /** The numbers of the blocks in quarantine. */
  readonly listed: readonly number[];
}

/**
 * The invariant of the watch: every height from the start to `upTo` was scanned, or is listed in quarantine.
 * Returns the heights for which it does not hold. Tests and the running watcher share it.
 */
export function unscannedHeights(
  { scannedFrom, scanned, listed }: ScanRecord,
  upTo: number,
): readonly Heights[] {
  if (scannedFrom === null || scannedFrom > upTo) return [];
  const gaps = listed.map((number) => ({ from: number, to: number }));
  return heightsOutside({ from: scannedFrom, to: upTo }, [...scanned, ...gaps]);
}

/** Successive numbers as ranges. */
export function rangesOf(numbers: readonly number[]): readonly Heights[] {
  return afterScan([], {
    above: null,
    ranges: numbers.map((number) => ({ from: number, to: number })),
  });
}
