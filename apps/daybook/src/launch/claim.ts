import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { endProcess, processIdentity } from '@daybook/platform';
import { type DataFolder, readJson, writePrivately } from '../cli/data-folder';
import { Failure } from '../cli/exit-codes';

/** An app stops within ten seconds. After this it is killed. */
const STOP_TIMEOUT_MS = 12_000;

interface Running {
  readonly name: string;
  readonly pid: number;
  /** Distinguishes it from a later process with the same id. */
  readonly identity: string;
}

interface Claim {
  readonly launcher: Running;
  readonly children: readonly Running[];
}

/**
 * Claims the folder for this process, and ends what a killed launcher left running. Throws `Failure` while
 * another launcher runs.
 */
export async function claim({ path, claimFile }: DataFolder) {
  let held: Claim = { launcher: describe('daybook', process.pid), children: [] };
  while (!tryLink(claimFile, held)) {
    const found = readClaim(claimFile);
    if (!found) continue;
    const { pid } = found.launcher;
    if (isRunning(found.launcher)) {
      throw new Failure(
        `Daybook runs on ${path} already (process ${pid}). Use that one, stop it with Ctrl-C or "kill ${pid}", or name another folder with --data.`,
      );
    }
    // Of several launchers only one can rename the file.
    const stale = `${claimFile}.${process.pid}.stale`;
    try {
      renameSync(claimFile, stale);
    } catch {
      continue;
    }
    await endChildren(found);
    rmSync(stale, { force: true });
  }
  return {
    /**
     * Records a child, so that the next launcher ends it if this one is killed. On a full disk it is recorded with the
     * next one: each child has a guard too (`guardChild`).
     */
    note: (name: string, pid: number): void => {
      const others = held.children.filter((child) => child.name !== name);
      held = { ...held, children: [...others, describe(name, pid)] };
      try {
        writePrivately(claimFile, JSON.stringify(held));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    release: () => rmSync(claimFile, { force: true }),
  };
}

/** Ends the launcher that runs on the folder and all of its children. Returns whether one ran. */
export async function evict({ claimFile }: DataFolder): Promise<boolean> {
  const found = readClaim(claimFile);
  if (!found) return false;
  const isLive = isRunning(found.launcher);
  // It stops its children one after the other.
  if (isLive) await endProcess(found.launcher.pid, ['SIGTERM', 'SIGKILL'], 4 * STOP_TIMEOUT_MS);
  await endChildren(found);
  rmSync(claimFile, { force: true });
  return isLive;
}

async function endChildren({ children }: Claim): Promise<void> {
  const end = ({ pid }: Running) => endProcess(pid, ['SIGINT', 'SIGKILL'], STOP_TIMEOUT_MS);
  await Promise.all(children.filter(isRunning).map(end));
}

/** Undefined if there is none. Throws `Failure` if it is damaged: nobody knows then what still runs. */
function readClaim(file: string): Claim | undefined {
  try {
    return readJson<Claim>(file, ['launcher', 'children']);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Creates the file with its whole content; false if it exists. */
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
