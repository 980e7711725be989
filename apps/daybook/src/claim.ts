import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { endProcess, processIdentity } from '@daybook/platform';
import { type DataFolder, writePrivately } from './data-folder';

/** An app of ours stops within ten seconds of being asked; then it is ended. */
const STOP_TIMEOUT_MS = 12_000;

interface Running {
  readonly name: string;
  readonly pid: number;
  /** Tells it from a later process with the same number. */
  readonly identity: string;
}

interface Claim {
  readonly launcher: Running;
  readonly children: readonly Running[];
}

export interface HeldClaim {
  /** Remembers a child, so that the next launcher can end it should this one be killed. */
  note(name: string, pid: number): void;
  release(): void;
}

/** The folder is in use; the message says by whom and what to do. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

/**
 * Takes the folder for this process. What a killed launcher left running is ended first. Throws
 * `FolderInUse` while another launcher lives.
 */
export async function claim(folder: DataFolder): Promise<HeldClaim> {
  const file = folder.claimFile;
  const mine: Claim = { launcher: describe('daybook', process.pid), children: [] };
  while (!tryLink(file, mine)) {
    const found = readClaim(folder);
    if (!found) continue;
    if (isRunning(found.launcher)) {
      throw new FolderInUse(
        `Daybook runs on ${folder.path} already (process ${found.launcher.pid}). Use that one, stop it with Ctrl-C or "kill ${found.launcher.pid}", or name another folder with --data.`,
      );
    }
    // Renaming is what only one of several launchers can do; the others find the file gone.
    const stale = `${file}.${process.pid}.stale`;
    try {
      renameSync(file, stale);
    } catch {
      continue;
    }
    await endChildren(found);
    rmSync(stale, { force: true });
  }
  let held = mine;
  return {
    note: (name, pid) => {
      const others = held.children.filter((child) => child.name !== name);
      held = { ...held, children: [...others, describe(name, pid)] };
      writePrivately(file, JSON.stringify(held));
    },
    release: () => rmSync(file, { force: true }),
  };
}

/** Stops the launcher that runs on the folder, if any, and whatever it or a killed one left behind. */
export async function evict(folder: DataFolder): Promise<boolean> {
  const found = readClaim(folder);
  if (!found) return false;
  const ran = isRunning(found.launcher);
  // It stops its children in order; it may wait for each of them once.
  if (ran) await endProcess(found.launcher.pid, ['SIGTERM', 'SIGKILL'], 4 * STOP_TIMEOUT_MS);
  await endChildren(found);
  rmSync(folder.claimFile, { force: true });
  return ran;
}

async function endChildren({ children }: Claim): Promise<void> {
  await Promise.all(
    children
      .filter(isRunning)
      .map(({ pid }) => endProcess(pid, ['SIGINT', 'SIGKILL'], STOP_TIMEOUT_MS)),
  );
}

function readClaim(folder: DataFolder): Claim | undefined {
  if (!existsSync(folder.claimFile)) return undefined;
  try {
    return JSON.parse(readFileSync(folder.claimFile, 'utf8'));
  } catch {
    // It went in between; the caller looks again.
    return undefined;
  }
}

/** Puts the whole claim in place or, when there is one, nothing. */
function tryLink(file: string, content: Claim): boolean {
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, JSON.stringify(content), { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

function describe(name: string, pid: number): Running {
  return { name, pid, identity: processIdentity(pid) ?? '' };
}

function isRunning({ pid, identity }: Running): boolean {
  return processIdentity(pid) === identity;
}
