/** Without a terminal, a line is written this often. */
const LINE_EVERY_MS = 10_000;
const REDRAW_EVERY_MS = 100;

/** Shows the current step; on a terminal in one line that is rewritten. */
export interface Progress {
  /** Begins a step of `total` units. Call what it returns with the units done so far. */
  step(what: string, total: number, unit: string): (done: number) => void;
  /** Clears the line. */
  clear(): void;
}

export function showProgress(out: NodeJS.WriteStream): Progress {
  let shown = 0;
  let drawnAt = 0;

  function draw(line: string, isFirst: boolean): void {
    const now = performance.now();
    const every = out.isTTY ? REDRAW_EVERY_MS : LINE_EVERY_MS;
    if (!isFirst && now - drawnAt < every) return;
    drawnAt = now;
    if (!out.isTTY) {
      out.write(`${line}\n`);
      return;
    }
    const text = line.slice(0, Math.max(20, out.columns - 1));
    out.write(`\r${text.padEnd(shown)}`);
    shown = text.length;
  }

  return {
    step(what, total, unit) {
      const startedAt = performance.now();
      draw(`${what} ...`, true);
      return (done) => {
        const seconds = (performance.now() - startedAt) / 1000;
        draw(`${what} ${describe(done, total, unit, seconds)}`, false);
      };
    },
    clear() {
      if (shown > 0) out.write(`\r${''.padEnd(shown)}\r`);
      shown = 0;
    },
  };
}

/** `12,000 of 100,000 transfers, 9,500/s, 9 s left`. */
function describe(done: number, total: number, unit: string, seconds: number): string {
  const parts = [`${format(done)} of ${format(total)} ${unit}`];
  if (done > 0 && seconds > 0) {
    const rate = done / seconds;
    if (unit !== 's') parts.push(`${format(rate)}/s`);
    parts.push(`${format(Math.max(0, (total - done) / rate))} s left`);
  }
  return parts.join(', ');
}

function format(value: number): string {
  return Math.round(value).toLocaleString('en');
}
