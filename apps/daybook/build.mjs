import { spawn } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Of the repository. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Its date is the start of the last complete build. A build first deletes the folder that contains it. */
const stamp = join(root, 'dist/.built');
/** Contains the id of the process that builds. It lies outside the folder that a build deletes. */
const lock = join(root, 'node_modules/.daybook-build.lock');
const LOCK_POLL_MS = 200;
const SETTINGS = ['package.json', 'package-lock.json', 'nest-cli.json', 'tsconfig.json'];

/** Whether the last build is at least as new as every source. */
export function isBuilt() {
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  const newer = (path) => statSync(path).mtimeMs > built;
  return !SETTINGS.some((name) => newer(join(root, name))) && !sources().some(newer);
}

/**
 * Compiles the command line and the apps that it starts, as one program; rejects with the output of the compiler. Of
 * several processes that start at once, one compiles and the others wait, because a build deletes what it replaces.
 */
export async function build() {
  while (!tryLock()) await sleep(LOCK_POLL_MS);
  try {
    if (!isBuilt()) await compile();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryLock() {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  // A killed build leaves its lock behind. A lock that is just being written has no process id yet.
  const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
  if (owner && !isAlive(owner)) rmSync(lock, { force: true });
  return false;
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function compile() {
  const began = new Date();
  const nest = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  const child = spawn(process.execPath, [nest, 'build', 'daybook'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(`The build failed.\n${said.trim()}`));
      writeFileSync(stamp, '');
      utimesSync(stamp, began, began);
      resolve();
    });
  });
}

function sources() {
  return ['apps', 'libs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|json|proto)$/.test(entry.name))
      .filter((entry) => !/\.(spec|contract)\.ts$/.test(entry.name))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name)),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  build().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
