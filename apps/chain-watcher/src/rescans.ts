/**
 * Blocks that were matched before the watcher knew an address that existed by then, and so must be
 * matched again. Every address is looked for, as finding a transfer twice changes nothing.
 */
export interface Rescan {
  /** The next block to match, then up to `end`, both included. */
  readonly next: number;
  readonly end: number;
}

/** Adds a range; ranges that touch become one. Result in ascending order, without overlap. */
export function addRescan(rescans: readonly Rescan[], added: Rescan): readonly Rescan[] {
  const apart: Rescan[] = [];
  let { next, end } = added;
  for (const rescan of rescans) {
    if (rescan.end + 1 < next || rescan.next > end + 1) {
      apart.push(rescan);
    } else {
      next = Math.min(next, rescan.next);
      end = Math.max(end, rescan.end);
    }
  }
  return [...apart, { next, end }].sort((a, b) => a.next - b.next);
}

/**
 * The blocks to match next, at most `limit`: of the latest range, since a customer who was just
 * given an address waits there, while an old range only makes up for an outage.
 */
export function nextSlice(rescans: readonly Rescan[], limit: number): Rescan | null {
  const latest = rescans.at(-1);
  if (!latest) return null;
  return { next: latest.next, end: Math.min(latest.end, latest.next + limit - 1) };
}

/** The ranges that are left when the slice from `nextSlice` was matched. */
export function withoutSlice(rescans: readonly Rescan[], slice: Rescan): readonly Rescan[] {
  return rescans.flatMap((rescan) => {
    if (rescan.next !== slice.next) return [rescan];
    return slice.end >= rescan.end ? [] : [{ next: slice.end + 1, end: rescan.end }];
  });
}

/** The ranges without the blocks above `tip`: those will be matched, or were never matched. */
export function upToTip(rescans: readonly Rescan[], tip: number): readonly Rescan[] {
  return rescans.flatMap(({ next, end }) =>
    next > tip ? [] : [{ next, end: Math.min(end, tip) }],
  );
}
