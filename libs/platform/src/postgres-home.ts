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
import { isReachable, type SystemUser } from './postgres-binaries';

/** A file with the path of the data, in a folder whose data is elsewhere. */
const POINTER = 'location';
/** A file next to the data, with the path of the folder that it belongs to. */
const OWNER = 'belongs-to';
/** Where data is kept when its own folder cannot be reached; the first is cleaned up least. */
const OTHER_PLACES = ['/var/lib', '/var/tmp', tmpdir()];

/**
 * Where the data of `folder` is kept: there, unless PostgreSQL's user cannot reach it (a clone that root made in
 * a private folder). Then it is elsewhere, and a file in `folder` names the path.
 */
export function homeOf(folder: string, user: SystemUser | undefined): string {
  mkdirSync(folder, { recursive: true });
  const own = realpathSync(folder);
  const known = recordedHome(own);
  if (known) return refuseCopy(own, known);
  if (!user || isReachable(own, user)) return own;

  const home = makeOpen(join(reachablePlace(OTHER_PLACES, user), 'daybook-'));
  writeFileSync(join(home, OWNER), `${own}\n`);
  // A folder that was moved to a private place takes its data with it.
  for (const name of ['identity.json', 'data']) {
    if (existsSync(join(own, name))) execFileSync('mv', [join(own, name), join(home, name)]);
  }
  writeFileSync(join(own, POINTER), `${home}\n`);
  return home;
}

/** The path that the file in `folder` names, if there is one and the path still exists. */
export function recordedHome(folder: string): string | undefined {
  const home = readName(join(folder, POINTER));
  return home && existsSync(home) ? home : undefined;
}

/** Returns `home`. Copies of a folder would share one database; a folder that was moved takes it with it. */
function refuseCopy(folder: string, home: string): string {
  const owner = readName(join(home, OWNER));
  if (owner && owner !== folder && recordedHome(owner) === home) {
    throw new Error(
      `${folder} is a copy of ${owner}, whose data is in ${home}. Delete ${join(folder, POINTER)} to begin with an empty database.`,
    );
  }
  writeFileSync(join(home, OWNER), `${folder}\n`);
  return home;
}

function readName(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** A new temporary folder that `user` can reach. */
export function throwAwayHome(user: SystemUser | undefined): string {
  return makeOpen(join(reachablePlace([tmpdir(), ...OTHER_PLACES], user), 'daybook-pg-'));
}

/** A new folder with an unpredictable name; other users may pass through it. */
function makeOpen(prefix: string): string {
  const home = mkdtempSync(prefix);
  chmodSync(home, 0o755);
  return home;
}

function reachablePlace(places: readonly string[], user: SystemUser | undefined): string {
  const place = places.find((path) => {
    try {
      accessSync(path, constants.W_OK);
      return !user || isReachable(realpathSync(path), user);
    } catch {
      return false;
    }
  });
  if (place) return realpathSync(place);
  throw new Error(
    `PostgreSQL runs as another user, which reaches neither this folder nor any of ${places.join(', ')}. Name a folder it can reach with --data.`,
  );
}
