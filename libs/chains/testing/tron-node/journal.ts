import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import type { Entry } from './chain';
import { hex, idOf } from './transactions';

/** The entries of a file, oldest first. Cuts off a last line that a killed process left unfinished. */
export function readJournal(file: string): readonly Entry[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
  return whole.split('\n').slice(0, -1).map(entryIn);
}

/** Adds an entry in one write, before anybody sees its effect, so that a killed node forgets no block. */
export function appendTo(file: string): (entry: Entry) => void {
  return (entry) => appendFileSync(file, `${lineOf(entry)}\n`);
}

function lineOf(entry: Entry): string {
  if (entry.kind !== 'block') return JSON.stringify(entry);
  const transactions = entry.transactions.map(({ raw, signatures }) => [hex(raw), ...signatures]);
  return JSON.stringify({ ...entry, transactions });
}

function entryIn(line: string): Entry {
  const entry = JSON.parse(line);
  if (entry.kind !== 'block') return entry;
  const transactions = entry.transactions.map(([digits, ...signatures]: string[]) => {
    const raw = Buffer.from(digits as string, 'hex');
    return { id: idOf(raw), raw, signatures };
  });
  return { ...entry, transactions };
}
