import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isReachable, type SystemUser } from './reachable';

/** Names the real place inside a folder whose data had to be kept elsewhere. */
const POINTER = 'location';

/** Where data goes when its own folder cannot be reached; the first survives clean-ups best. */
const OTHER_PLACES = ['/var/lib', '/var/tmp', tmpdir()];

/**
 * The folder that really keeps what belongs to `folder`. It is `folder` itself, unless PostgreSQL's
 * user cannot get there (a clone that root made in a private place): nobody's folders are opened up
 * for it, the data lives in another place and a pointer in `folder` names it.
 */
export function homeOf(folder: string, user: SystemUser | undefined): string {
  mkdirSync(folder, { recursive: true });
  const own = realpathSync(folder);
  const known = recordedHome(own);
  if (known) return known;
  if (!user || isReachable(own, user)) return own;

  const home = join(otherPlace(user), `daybook-${fingerprint(own)}`);
  makeTrusted(home);
  // A folder that was moved to a private place brings its data along.
  if (existsSync(join(own, 'data'))) execFileSync('mv', [join(own, 'data'), join(home, 'data')]);
  writeFileSync(join(own, POINTER), `${home}\n`);
  return home;
}

/** The place that the pointer in `folder` names, if there is one and it still exists. */
export function recordedHome(folder: string): string | undefined {
  const pointer = join(folder, POINTER);
  if (!existsSync(pointer)) return undefined;
  const home = readFileSync(pointer, 'utf8').trim();
  return existsSync(home) ? home : undefined;
}

/** A new folder that `user` can get to, to be thrown away. */
export function throwAwayHome(user: SystemUser | undefined): string {
  const temporary = realpathSync(tmpdir());
  const place = !user || isReachable(temporary, user) ? temporary : otherPlace(user);
  const home = mkdtempSync(join(place, 'daybook-pg-'));
  if (user) execFileSync('chmod', ['755', home]);
  return home;
}

function otherPlace(user: SystemUser): string {
  const place = OTHER_PLACES.find((path) => {
    try {
      accessSync(path, constants.W_OK);
      return isReachable(realpathSync(path), user);
    } catch {
      return false;
    }
  });
  if (place) return place;
  throw new Error(
    `PostgreSQL runs as another user, which reaches neither this folder nor any of ${OTHER_PLACES.join(', ')}. Name a folder it can reach with --data.`,
  );
}

/** Makes `home`, and refuses one that somebody else prepared: its name can be guessed. */
function makeTrusted(home: string): void {
  mkdirSync(home, { recursive: true, mode: 0o755 });
  const { uid, mode } = statSync(home);
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0) {
    throw new Error(`${home} belongs to another user. Remove it, or use another --data folder.`);
  }
}

function fingerprint(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 12);
}
