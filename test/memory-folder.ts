import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Where Linux has a file system in memory. */
const MEMORY = '/dev/shm';
/** Several times what a run uses. */
const FREE_MIN_BYTES = 2 * 2 ** 30;
/** Beside the files, each worker of jest and the processes that its suites start need memory. */
const AVAILABLE_MIN_BYTES = 4 * 2 ** 30;

/**
 * A new folder in memory for the temporary files of this run, or undefined where the machine has too little.
 * A run makes and drops hundreds of databases of 300 files each. ext4 does not use the inode of a file that was
 * deleted less than five minutes ago, and passes over all of these for each file that is made: up to 0.3 s of
 * CPU for one database, where memory takes 0.01 s.
 */
export function makeMemoryFolder(parent = MEMORY): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(parent);
    if (bavail * bsize < FREE_MIN_BYTES) return undefined;
    if (process.availableMemory() < AVAILABLE_MIN_BYTES) return undefined;
    removeLeftOvers(parent);
    const folder = join(parent, `${prefix()}${process.pid}`);
    mkdirSync(folder);
    // As /tmp: PostgreSQL runs as a user of its own when root runs the tests.
    chmodSync(folder, 0o1777);
    if (runsPrograms(folder)) return folder;
    rmSync(folder, { recursive: true });
    return undefined;
  } catch {
    return undefined;
  }
}

/** Of the names of such folders. Process ids are of one namespace, and containers may share the memory. */
function prefix(): string {
  return `daybook-test-${readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')}-`;
}

/** A run that was killed did not remove its folder. */
function removeLeftOvers(parent: string): void {
  for (const name of readdirSync(parent).filter((it) => it.startsWith(prefix()))) {
    if (!isRunning(Number(name.slice(prefix().length)))) {
      rmSync(join(parent, name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Suites start programs from temporary folders, which a mount option can forbid. */
function runsPrograms(folder: string): boolean {
  const program = join(folder, 'program');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
  try {
    execFileSync(program);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(program);
  }
}
