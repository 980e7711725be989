import { statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The Linux or macOS user a process runs as. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Whether `user` may enter the folder or run the program at `path` itself, judged by its mode. */
function allows(path: string, user: SystemUser): boolean {
  const { mode, uid, gid } = statSync(path);
  const bits = uid === user.uid ? mode >> 6 : gid === user.gid ? mode >> 3 : mode;
  return (bits & 0o1) === 0o1;
}

/**
 * Whether `user` can get to `path`: every folder above it lets the user through, and so does the
 * path itself. A clone that root made in a private folder (`mktemp -d`, `/root`) does not.
 * `path` must exist and be free of symbolic links (`realpath`).
 */
export function isReachable(path: string, user: SystemUser): boolean {
  for (let at = path; ; at = dirname(at)) {
    if (!allows(at, user)) return false;
    if (at === dirname(at)) return true;
  }
}
