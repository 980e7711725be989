import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** What a public node answered about a block. */
export interface Recording {
  readonly chain: string;
  readonly block: Readonly<Record<string, unknown>>;
  readonly receipts: readonly Readonly<Record<string, unknown>>[];
}

const FOLDER = join(__dirname, 'recordings', 'evm');

/** The recordings of a file of `recordings/evm`. */
export function evmRecordings(file: string): readonly Recording[] {
  const bytes = readFileSync(join(FOLDER, file));
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** The only recording of a file. */
export function evmRecording(file: string): Recording {
  const [recording] = evmRecordings(file);
  if (recording === undefined) throw new Error(`${file} is empty.`);
  return recording;
}
