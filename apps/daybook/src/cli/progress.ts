import { Format, SingleBar } from 'cli-progress';

/** The rate is taken over this long, so that it neither jumps nor lies about a change. */
const RATE_WINDOW_MS = 3_000;
/** Without a terminal a line now and then is enough. */
const LINE_EVERY_MS = 5_000;
/** The bar knows whole numbers only. */
const PARTS = 1_000;

/** How far work is. What is not known is null. */
export interface Advance {
  /** What is being done, such as `Checking`. */
  readonly title: string;
  /** What is counted, in the plural. */
  readonly unit: string;
  readonly done: number;
  /** From 0 to 1. */
  readonly fraction: number | null;
  readonly perSecond: number;
  readonly secondsLeft: number | null;
}

export interface ProgressBar {
  show(advance: Advance): void;
  end(): void;
}

/**
 * Shows on standard error how far work is, at which rate, and how long it will take at that rate. Where
 * there is no terminal it writes a line now and then.
 */
export function progressBar(): ProgressBar {
  const bar = new SingleBar({
    format: (options, { progress }, { advance }: { advance: Advance }) => {
      const isKnown = advance.fraction !== null;
      const drawn = isKnown ? ` ${Format.BarFormat(progress, options)}` : '';
      return `${advance.title}${drawn}  ${inWords(advance)}`;
    },
    barCompleteString: '█'.repeat(28),
    barIncompleteString: '░'.repeat(28),
    barsize: 28,
    hideCursor: true,
    clearOnComplete: true,
    noTTYOutput: true,
    notTTYSchedule: LINE_EVERY_MS,
    stream: process.stderr,
  });
  let isShown = false;
  return {
    show(advance) {
      const value = Math.floor((advance.fraction ?? 0) * PARTS);
      if (!isShown) bar.start(PARTS, value, { advance });
      isShown = true;
      bar.update(value, { advance });
    },
    end() {
      if (isShown) bar.stop();
    },
  };
}

/** A bar for work whose end is known: `done` of `total`, both in the same unit. */
export function countingBar(
  title: string,
  unit: string,
): { at(done: number, total: number): void; end(): void } {
  const bar = progressBar();
  const rate = rateOf();
  return {
    at(done, total) {
      const perSecond = rate(done);
      const secondsLeft = perSecond > 0 ? (total - done) / perSecond : null;
      const fraction = total === 0 ? 1 : done / total;
      bar.show({ title, unit, done, fraction, perSecond, secondsLeft });
    },
    end: bar.end,
  };
}

/** `52%  1,234 events  567 events/s  8 s left` */
export function inWords({ unit, done, fraction, perSecond, secondsLeft }: Advance): string {
  return [
    ...(fraction === null ? [] : [`${Math.floor(fraction * 100)}%`]),
    `${grouped(done)} ${unit}`,
    ...(perSecond > 0 ? [`${grouped(Math.round(perSecond))} ${unit}/s`] : []),
    ...(secondsLeft === null ? [] : [timeLeft(secondsLeft)]),
  ].join('  ');
}

/** Things a second over the last moments. */
function rateOf(now: () => number = Date.now): (done: number) => number {
  const seen: { at: number; done: number }[] = [];
  return (done) => {
    const at = now();
    seen.push({ at, done });
    while (seen.length > 2 && at - (seen[1] as { at: number }).at > RATE_WINDOW_MS) seen.shift();
    const first = seen[0] as { at: number; done: number };
    return at === first.at ? 0 : ((done - first.done) * 1_000) / (at - first.at);
  };
}

function timeLeft(left: number): string {
  const seconds = Math.ceil(left);
  if (seconds < 60) return `${seconds} s left`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min left`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}

export function grouped(number: number | bigint): string {
  return number.toLocaleString('en-US');
}
