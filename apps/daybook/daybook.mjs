#!/usr/bin/env node
// The command line as it is called: builds when the sources are newer than what was built, then hands over.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build, isBuilt, root } from './build.mjs';

/** Of usage and configuration, as `src/cli/exit-codes.ts` has it. */
const EXIT_USAGE = 2;

class Uninstalled extends Error {}

try {
  if (!existsSync(join(root, 'node_modules'))) {
    throw new Uninstalled('The packages are not installed.');
  }
  if (!isBuilt()) await buildVisibly();
  createRequire(import.meta.url)('../../dist/apps/daybook/src/main.js');
} catch (error) {
  // After a pull, a package may be new.
  const isUninstalled = error instanceof Uninstalled || error.code === 'MODULE_NOT_FOUND';
  const [sentence] = error.message.split('\n');
  console.error(isUninstalled ? `${sentence} Run "npm ci" in ${root} first.` : error.message);
  process.exitCode = isUninstalled ? EXIT_USAGE : 1;
}

/** Says so on standard error: an answer may be piped. */
async function buildVisibly() {
  process.stderr.write('Building (about ten seconds, once)... ');
  await build();
  process.stderr.write('done.\n');
}
