import { execFileSync } from 'node:child_process';
import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { median } from '../measurement';

/** Clock ticks a second in /proc; the same on every Linux that Node runs on (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100;
const DISK_PROBES = 100;
const PAGE_BYTES = 8192;

/** The properties of the machine that the figures depend on. */
export function describeMachine() {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    os: `${process.platform} ${release()}`,
    fdatasyncMs: probeDisk(),
    loadBefore: loadavg()[0] ?? 0,
  };
}

/** The measured commit, with `-dirty` if files differ from it. */
export function describeCommit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=12'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

/** The median time of one durable page write in milliseconds: the minimum of every commit. */
function probeDisk(): number {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-bench-'));
  const file = openSync(join(folder, 'probe'), 'w');
  const page = Buffer.alloc(PAGE_BYTES, 1);
  const times: number[] = [];
  for (let i = 0; i < DISK_PROBES; i++) {
    const before = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    times.push(performance.now() - before);
  }
  closeSync(file);
  rmSync(folder, { recursive: true });
  return Math.round(median(times) * 1000) / 1000;
}

/** CPU seconds that a process and all its children, present and past, have used. Null off Linux. */
export function cpuSecondsOf(root: number): number | null {
  if (process.platform !== 'linux') return null;
  const processes = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((pid) => statOf(Number(pid)) ?? []);
  const members = new Set([root]);
  // A child has a higher number than its parent but for a wrap-around, so repeat until none joins.
  for (let size = 0; size !== members.size; ) {
    size = members.size;
    for (const { pid, parent } of processes) if (members.has(parent)) members.add(pid);
  }
  const ticks = processes
    .filter(({ pid }) => members.has(pid))
    .reduce((sum, process) => sum + process.ticks, 0);
  return ticks / TICKS_PER_SECOND;
}

/** Whole machine, all cores. Null off Linux. */
export function busyCpuSeconds(): number | null {
  if (process.platform !== 'linux') return null;
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  // user, nice, system, idle, iowait, irq, softirq, steal (proc(5)).
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
}

function statOf(pid: number): { pid: number; parent: number; ticks: number } | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // It ended meanwhile.
  }
  // After the name: state, parent, ... utime, stime, cutime, cstime as fields 14 to 17 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid, parent: Number(fields[1]), ticks };
}

/** Measures the share of the machine that other processes use until the result is called. */
export function watchStrangers(): () => number | null {
  const [busyBefore, oursBefore] = [busyCpuSeconds(), cpuSecondsOf(process.pid)];
  const startedAt = performance.now();
  return () => {
    const [busy, ours] = [busyCpuSeconds(), cpuSecondsOf(process.pid)];
    if (busy === null || ours === null || busyBefore === null || oursBefore === null) return null;
    const available = ((performance.now() - startedAt) / 1000) * cpus().length;
    return Math.max(0, busy - busyBefore - (ours - oursBefore)) / available;
  };
}
