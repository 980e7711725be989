import { copyFileSync, statSync, truncateSync } from 'node:fs';

/** A larger log is copied to `<log>.1` and begins again. */
const BYTES_MAX = 10 * 1024 * 1024;

/**
 * Bounds the log of a server, also of one that runs: it appends, so it goes on at the new end. Where that fails, as on a
 * full disk, the log stays as it is.
 */
export function boundLog(path: string): void {
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= BYTES_MAX) return;
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
  } catch {
    // The next time, perhaps.
  }
}
