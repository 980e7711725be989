import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** An archive of the repository has a few megabytes; the output of a build or installation has less. */
const OUTPUT_BYTES_MAX = 256 * 2 ** 20;
const STEP_TIMEOUT_MS = 15 * 60_000;
const run = promisify(execFile);

/** The comparison cannot start; the message says why. */
export class CannotCompare extends Error {
  override readonly name = 'CannotCompare';
}

/**
 * Compiles the bench of a commit in a folder and returns its full hash. It uses the packages installed here
 * if they include every package of its lock file in the same version, else it runs `npm ci`.
 */
export async function buildBase(
  name: string,
  folder: string,
  tell: (what: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const commit = await commitOf(name);
  await checkOut(commit, folder);
  if (coversPackagesOf(folder)) {
    symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'), 'junction');
  } else {
    tell('installing its packages, which differ from those installed here');
    await npm(folder, signal, 'ci', '--no-audit', '--no-fund');
  }
  tell('compiling its bench');
  await npm(folder, signal, 'exec', '--', 'nest', 'build', 'bench');
  return commit;
}

async function commitOf(name: string): Promise<string> {
  try {
    const { stdout } = await run('git', ['rev-parse', '--verify', `${name}^{commit}`]);
    return stdout.trim();
  } catch (cause) {
    throw new CannotCompare(`There is no commit ${name} in this repository.`, { cause });
  }
}

/** Uses an archive and not `git worktree`, which would leave traces in the repository if killed. */
async function checkOut(commit: string, folder: string): Promise<void> {
  mkdirSync(folder);
  const archive = join(folder, 'commit.tar');
  await run('git', ['archive', '--format=tar', `--output=${archive}`, commit]);
  await run('tar', ['-xf', archive, '-C', folder]);
  rmSync(archive);
}

function coversPackagesOf(folder: string): boolean {
  const [ours, theirs] = [process.cwd(), folder].map((root) => packagesOf(root));
  if (ours === undefined || theirs === undefined) return false;
  // The package without a path is the repository itself.
  return Object.entries(theirs).every(
    ([path, { version }]) => path === '' || ours[path]?.version === version,
  );
}

function packagesOf(root: string): Record<string, { readonly version?: string }> | undefined {
  const file = join(root, 'package-lock.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}

async function npm(cwd: string, signal: AbortSignal, ...args: string[]): Promise<void> {
  const shell = process.platform === 'win32';
  const options = { cwd, shell, signal, timeout: STEP_TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX };
  await run('npm', args, options).catch((error: Error & { stdout?: string; stderr?: string }) => {
    const said = `${error.stdout ?? ''}${error.stderr ?? ''}`.trim();
    throw new CannotCompare(`npm ${args.join(' ')} failed in ${cwd}.\n${said || error.message}`);
  });
}
