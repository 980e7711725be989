import { statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A Linux or macOS user. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Whether the mode of `path` lets `user` enter the folder or run the program. */
function allows(path: string, user: SystemUser): boolean {
  const { mode, uid, gid } = statSync(path);
  const bits = uid === user.uid ? mode >> 6 : gid === user.gid ? mode >> 3 : mode;
  return (bits & 0o1) === 0o1;
}

/**
 * Whether `user` can reach `path` through every folder above it. A clone that root made in a private folder
 * (`mktemp -d`, `/root`) cannot be reached.
 * `path` must exist and be free of symbolic links (`realpath`).
 */
export function isReachable(path: string, user: SystemUser): boolean {
  for (let at = path; ; at = dirname(at)) {
    if (!allows(at, user)) return false;
    if (at === dirname(at)) return true;
  }
}
