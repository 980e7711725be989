import type { Progress } from '@daybook/audit';
import { Format, SingleBar } from 'cli-progress';

/** How often a line is written where there is no terminal. */
const LINE_EVERY_MS = 5_000;
/** The bar takes whole numbers only. */
const PARTS = 1_000;

/** The progress of work: what is done, such as `Checking`, and what is counted, in the plural. */
export type Advance = Omit<Progress, 'step'> & { readonly title: string; readonly unit: string };

/** Shows progress, rate and remaining time on standard error; without a terminal, as a line now and then. */
export function progressBar() {
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
    show(advance: Advance): void {
      const value = Math.floor((advance.fraction ?? 0) * PARTS);
      if (!isShown) bar.start(PARTS, value, { advance });
      isShown = true;
      bar.update(value, { advance });
    },
    end(): void {
      if (isShown) bar.stop();
    },
  };
}

/** A bar for work with a known total, in the same unit; of nothing, all is done. */
export function countingBar(title: string, unit: string) {
  const bar = progressBar();
  let first: { readonly at: number; readonly done: number } | undefined;
  return {
    at(done: number, total: number): void {
      first ??= { at: Date.now(), done };
      const seconds = (Date.now() - first.at) / 1_000;
      const perSecond = seconds > 0 ? (done - first.done) / seconds : 0;
      const secondsLeft = perSecond > 0 ? (total - done) / perSecond : null;
      const fraction = total > 0 ? done / total : 1;
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
