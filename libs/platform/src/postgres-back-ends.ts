import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isStopped } from './processes';

/**
 * Whether a process of the server is stopped, as SIGSTOP does. The others still take connections and answer, but it may
 * hold a lock for ever. Known on Linux only.
 */
export function hasStoppedBackEnd(server: number): boolean {
  return childrenOf(server).some(isStopped);
}

/**
 * Ends what a server that was killed has left behind: a process that is stopped never notices that, and keeps the memory
 * without which no other server may start on the data. Linux only; elsewhere an operator has to.
 */
export function endBackEnds(data: string): void {
  if (process.platform !== 'linux') return;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`) === data) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended, or belongs to another user.
    }
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
