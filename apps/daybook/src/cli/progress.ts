import { SingleBar } from 'cli-progress';

/** The rate is taken over this long, so that it neither jumps nor lies about a change. */
const RATE_WINDOW_MS = 3_000;
/** Without a terminal a line now and then is enough. */
const LINE_EVERY_MS = 5_000;

export interface Progress {
  /** `done` of `total`, both in the same unit; `total` may grow. */
  at(done: number, total: number): void;
  end(): void;
}

/**
 * Shows on standard error how far work is, at which rate, and how long it will take at that rate. Where
 * there is no terminal it writes a line now and then.
 */
export function progress(title: string, unit: string): Progress {
  const rate = rateOf();
  let last = { done: 0, total: 0 };
  const bar = new SingleBar({
    format: `${title} {bar} {percentage}%  {value} of {total} ${unit}  {rate} ${unit}/s  {left}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 28,
    hideCursor: true,
    clearOnComplete: true,
    noTTYOutput: true,
    notTTYSchedule: LINE_EVERY_MS,
    formatValue: (value, _, type) => (type === 'percentage' ? String(value) : grouped(value)),
    stream: process.stderr,
  });
  let isShown = false;
  return {
    at(done, total) {
      last = { done, total };
      const perSecond = rate(done);
      const payload = { rate: grouped(Math.round(perSecond)), left: timeLeft(last, perSecond) };
      if (!isShown) bar.start(total, done, payload);
      isShown = true;
      bar.setTotal(total);
      bar.update(done, payload);
    },
    end() {
      if (isShown) bar.stop();
    },
  };
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

function timeLeft({ done, total }: { done: number; total: number }, perSecond: number): string {
  if (perSecond <= 0) return '';
  const seconds = Math.ceil((total - done) / perSecond);
  if (seconds < 60) return `${seconds} s left`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60
    ? `${minutes} min left`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}

export function grouped(number: number | bigint): string {
  return number.toLocaleString('en-US');
}
