import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeMemoryFolder } from './memory-folder';

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'daybook-memory-'));
});
afterEach(() => {
  rmSync(parent, { recursive: true, force: true });
});

describe('makeMemoryFolder', () => {
  it('makes no folder where the place does not exist', () => {
    expect(makeMemoryFolder(join(parent, 'none'))).toBeUndefined();
  });

  it('makes a folder in a place with room, and removes the one of a run that has ended', () => {
    const { bavail, bsize } = statfsSync(parent);
    const hasRoom = bavail * bsize > 2 * 2 ** 30 && process.availableMemory() > 4 * 2 ** 30;
    const folder = makeMemoryFolder(parent);
    expect(folder !== undefined).toBe(hasRoom && process.platform === 'linux');
    if (folder === undefined) return;

    writeFileSync(join(folder, 'kept'), '');
    // Above the highest id that Linux gives.
    const ended = folder.replace(/\d+$/, String(2 ** 22 + 1));
    writeFileSync(ended, '');
    rmSync(folder, { recursive: true });
    expect(makeMemoryFolder(parent)).toBe(folder);
    expect(existsSync(ended)).toBe(false);
  });
});
