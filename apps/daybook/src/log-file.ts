import { copyFileSync, existsSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';

/** A log may grow to this size; then it is kept once beside itself and begun anew. */
const LOG_BYTES_MAX = 20 * 1024 * 1024;
const LOOK_EVERY_MS = 30_000;
const TAIL_LINES = 15;

/** Opens a log for a child to write to by itself, so that nothing is lost when the launcher dies. */
export function openLog(file: string): number {
  return openSync(file, 'a', 0o600);
}

/**
 * Keeps logs bounded until it is called off. They are copied and emptied rather than renamed: the
 * children hold them open, and what is appended always lands at the end.
 */
export function boundLogs(files: readonly string[]): () => void {
  const timer = setInterval(() => {
    for (const file of files) {
      if (!existsSync(file) || statSync(file).size < LOG_BYTES_MAX) continue;
      copyFileSync(file, `${file}.1`);
      truncateSync(file);
    }
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

/** The last lines that were written after `from`. */
export function tailOf(file: string, from: number): string {
  const text = readFileSync(file).subarray(from).toString('utf8').trimEnd();
  return text.split('\n').slice(-TAIL_LINES).join('\n');
}
