import Table from 'cli-table3';
import colors from 'picocolors';

/** Writes a line for whoever reads along; positions and money are strings in it. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes a value for machines: positions, which are `bigint`, as decimal strings. */
export function sayJson(value: unknown, indent: 0 | 2 = 2): void {
  const text = (_: string, it: unknown) => (typeof it === 'bigint' ? String(it) : it);
  say(JSON.stringify(value, text, indent));
}

/** Writes a remark beside the answer, so that a pipe gets the answer alone. */
export function remark(line: string): void {
  process.stderr.write(`${line}\n`);
}

const PLAIN = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** Rows under their headings, in columns that are as wide as they must be. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
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
