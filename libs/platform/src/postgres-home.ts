import { execFileSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isReachable, type SystemUser } from './reachable';

/** Names the real place inside a folder whose data had to be kept elsewhere. */
const POINTER = 'location';
/** Names the folder inside the real place. */
const OWNER = 'belongs-to';

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
  if (known) {
    refuseCopy(own, known);
    return known;
  }
  if (!user || isReachable(own, user)) return own;

  const home = makeOpen(join(otherPlace(user), 'daybook-'));
  writeFileSync(join(home, OWNER), `${own}\n`);
  // A folder that was moved to a private place brings its data along.
  for (const name of ['identity.json', 'data']) {
    if (existsSync(join(own, name))) execFileSync('mv', [join(own, name), join(home, name)]);
  }
  writeFileSync(join(own, POINTER), `${home}\n`);
  return home;
}

/** The place that the pointer in `folder` names, if there is one and it still exists. */
export function recordedHome(folder: string): string | undefined {
  const home = readName(join(folder, POINTER));
  return home && existsSync(home) ? home : undefined;
}

/** Two copies of a folder would share one database; one that was moved takes it along. */
function refuseCopy(folder: string, home: string): void {
  const owner = readName(join(home, OWNER));
  if (owner === folder) return;
  if (owner && recordedHome(owner) === home) {
    throw new Error(
      `${folder} is a copy of ${owner}, whose data is in ${home}. Delete ${join(folder, POINTER)} to begin with an empty database.`,
    );
  }
  writeFileSync(join(home, OWNER), `${folder}\n`);
}

function readName(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** A new folder that `user` can get to, to be thrown away. */
export function throwAwayHome(user: SystemUser | undefined): string {
  const temporary = realpathSync(tmpdir());
  const place = !user || isReachable(temporary, user) ? temporary : otherPlace(user);
  return makeOpen(join(place, 'daybook-pg-'));
}

/** A new folder with a name that nobody can prepare; others may pass through it. */
function makeOpen(prefix: string): string {
  const home = mkdtempSync(prefix);
  chmodSync(home, 0o755);
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
