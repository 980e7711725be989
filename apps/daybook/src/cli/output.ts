import Table from 'cli-table3';
import colors from 'picocolors';

/** Writes a line of the answer to standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes the answer as JSON. A `bigint`, such as a position, becomes a decimal string. */
export function sayJson(value: unknown, indent: 0 | 2 = 2): void {
  const text = (_: string, it: unknown) => (typeof it === 'bigint' ? String(it) : it);
  say(JSON.stringify(value, text, indent));
}

/** Writes a line to standard error, so that a pipe gets the answer alone. */
export function remark(line: string): void {
  process.stderr.write(`${line}\n`);
}

const PLAIN = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** Rows under their headings, in columns of the needed width; empty without rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const drawn = new Table({
    head: head.map((title) => colors.dim(title)),
    chars: PLAIN,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  for (const row of rows) drawn.push([...row]);
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A table of records by their fields; `secondsSinceProgress` is headed `seconds since progress`. */
export function recordTable(rows: readonly object[]): string {
  const cell = (value: unknown) => (Array.isArray(value) ? value.join(',') : String(value ?? ''));
  const inWords = (field: string) => field.replace(/[A-Z]/g, (it) => ` ${it.toLowerCase()}`);
  const head = Object.keys(rows[0] ?? {}).map(inWords);
  return table(
    head,
    rows.map((row) => Object.values(row).map(cell)),
  );
}

/** A line of a table in CSV (RFC 4180), without its end. */
export function csvLine(cells: readonly string[]): string {
  const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? quoted(cell) : cell)).join(',');
}

/** Named values, one per line. Those without a value are left out. */
export function facts(values: Readonly<Record<string, string | null | undefined>>): string[] {
  return Object.entries(values)
    .filter(([, value]) => value != null && value !== '')
    .map(([name, value]) => `  ${name.padEnd(14)} ${colors.cyan(value ?? '')}`);
}
