import type { BlockHeader, ClientNote, QuotaBudget } from '../chain-client';

const DAY_MS = 86_400_000;
/** The block and its infos. */
const CALLS_PER_BLOCK = 2;
/** While following, also the solidified block. Questions for the head come on top. */
const CALLS_PER_NEW_BLOCK = 3;
/** Fewer blocks than this are no delay worth a sentence. */
const BEHIND_MIN = 20;
/** A provider that is not read for so long is not the one in use, so it is not behind. */
const IDLE_MS = 60_000;

/** How far the reading of blocks is, and how fast it was since it fell behind. */
export interface ProgressState {
  readonly blockTimeMs: number | null;
  readonly blocksBehind: number;
  /** Null while unknown. */
  readonly blocksPerSecond: number | null;
}

export function createProgress(blockTimeMs: number | null, now = Date.now) {
  let latest: { readonly header: BlockHeader; readonly at: number } | null = null;
  let highestRead: number | null = null;
  let readAt = Number.NEGATIVE_INFINITY;
  /** Since the start, or since nothing was left to read. */
  let since = { at: now(), blocks: 0 };

  function blocksBehind(): number {
    if (latest === null || highestRead === null || now() - readAt > IDLE_MS) return 0;
    return Math.max(0, latest.header.number - highestRead);
  }

  return {
    head(header: BlockHeader): void {
      latest = { header, at: now() };
      if (blocksBehind() < BEHIND_MIN) since = { at: now(), blocks: 0 };
    },
    read(number: number): void {
      highestRead = Math.max(highestRead ?? 0, number);
      readAt = now();
      since.blocks += 1;
    },
    /** The last head, while the budget of the day does not allow to ask for another one. */
    keptHead({ callsPerDay }: QuotaBudget): BlockHeader | null {
      if (latest === null || callsPerDay === null || blockTimeMs === null) return null;
      return now() - latest.at < headEveryMs(callsPerDay, blockTimeMs) ? latest.header : null;
    },
    state(): ProgressState {
      const seconds = (now() - since.at) / 1_000;
      const isKnown = since.blocks > 0 && seconds > 0;
      const blocksPerSecond = isKnown ? since.blocks / seconds : null;
      return { blockTimeMs, blocksBehind: blocksBehind(), blocksPerSecond };
    },
  };
}

/**
 * Spreads the calls that new blocks leave over the day; at most a block time apart, as a block would be found too
 * late otherwise.
 */
function headEveryMs(callsPerDay: number, blockTimeMs: number): number {
  const left = callsPerDay - callsForNewBlocks(blockTimeMs);
  return left <= 0 ? blockTimeMs : Math.min(blockTimeMs, DAY_MS / left);
}

function callsForNewBlocks(blockTimeMs: number): number {
  return (DAY_MS / blockTimeMs) * CALLS_PER_NEW_BLOCK;
}

/**
 * Milliseconds until the last block is read, while new ones arrive: by the speed until now or by the calls that
 * are left today and on later days, whichever takes longer. Infinite if a day's calls are fewer than its blocks
 * need. Null while it is unknown.
 */
export function catchUpMs(state: ProgressState, budget: QuotaBudget, now: number): number | null {
  const { blocksBehind, blockTimeMs, blocksPerSecond } = state;
  if (blocksBehind === 0) return 0;
  const newPerMs = blockTimeMs === null ? 0 : 1 / blockTimeMs;
  const perMs = (blocksPerSecond ?? 0) / 1_000;
  const bySpeed = perMs > newPerMs ? blocksBehind / (perMs - newPerMs) : null;
  const { callsPerDay, callsToday } = budget;
  if (callsPerDay === null) return bySpeed;
  const untilMidnight = DAY_MS - (now % DAY_MS);
  const leftToday = Math.max(0, callsPerDay - callsToday) / CALLS_PER_BLOCK;
  if (
    bySpeed !== null &&
    bySpeed <= untilMidnight &&
    blocksBehind + newPerMs * bySpeed <= leftToday
  ) {
    return bySpeed;
  }
  const perDay = callsPerDay / CALLS_PER_BLOCK - newPerMs * DAY_MS;
  if (perDay <= 0) return Number.POSITIVE_INFINITY;
  // What is missing at midnight shrinks by this many blocks on each later day.
  const missing = Math.max(0, blocksBehind + newPerMs * untilMidnight - leftToday);
  return Math.max(bySpeed ?? 0, untilMidnight + (missing / perDay) * DAY_MS);
}

/** The calls of the day, a rate limit that holds, and how long catching up takes. */
export function catchUpNotes(
  state: ProgressState,
  budget: QuotaBudget,
  restsUntil: number | null,
  now = Date.now(),
): readonly ClientNote[] {
  const notes: ClientNote[] = [];
  if (restsUntil !== null) {
    const seconds = Math.ceil((restsUntil - now) / 1_000);
    const sentence = `The node limits requests, so none is sent for ${seconds} s.`;
    notes.push({ topic: 'rate-limit', state: 'wrong', sentence });
  }
  if (budget.callsPerDay !== null) notes.push(budgetNote(state, budget, budget.callsPerDay));
  if (state.blocksBehind < BEHIND_MIN) return notes;
  const ms = catchUpMs(state, budget, now);
  const behind = `${state.blocksBehind} blocks are left to read`;
  const topic = 'catch-up';
  if (ms === null) notes.push({ topic, state: 'unknown', sentence: `${behind}.` });
  else if (ms === Number.POSITIVE_INFINITY) {
    const sentence = `${behind}, but the calls of a day do not suffice for the blocks of a day.`;
    notes.push({ topic, state: 'wrong', sentence });
  } else {
    notes.push({ topic, state: 'fine', sentence: `${behind}, in about ${durationOf(ms)}.` });
  }
  return notes;
}

function budgetNote(
  { blockTimeMs }: ProgressState,
  { callsToday }: QuotaBudget,
  callsPerDay: number,
): ClientNote {
  const used = `${callsToday} of ${callsPerDay} calls a day were made since midnight UTC`;
  // The head is asked for at least once per block time.
  const needed = blockTimeMs === null ? 0 : callsForNewBlocks(blockTimeMs) + DAY_MS / blockTimeMs;
  const isTooFew = needed > callsPerDay;
  const sentence = isTooFew
    ? `${used}, and following the chain needs about ${Math.ceil(needed)} a day: use an own node or a plan with more.`
    : `${used}.`;
  const isUsedUp = callsToday >= callsPerDay;
  return { topic: 'call-budget', state: isTooFew || isUsedUp ? 'wrong' : 'fine', sentence };
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function durationOf(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.ceil(ms / 1_000)} s`;
  if (ms < 2 * HOUR_MS) return `${Math.ceil(ms / MINUTE_MS)} min`;
  return ms < 2 * DAY_MS ? `${Math.ceil(ms / HOUR_MS)} h` : `${Math.ceil(ms / DAY_MS)} days`;
}
