import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';

/**
 * Makes `place`, a file or folder of the cache that runs of tests share, unless it is there. `make` gets an empty folder
 * and returns what it has made in it, or that folder itself, which is moved to its place whole: another run may be making
 * the same, or be interrupted. Rejects with what `make` rejects with, unless another run made it meanwhile.
 */
export async function movedWhole(
  place: string,
  make: (draft: string) => Promise<string>,
): Promise<void> {
  if (existsSync(place)) return;
  const draft = mkdtempSync(`${place}.`);
  try {
    renameSync(await make(draft), place);
  } catch (error) {
    if (!existsSync(place)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
