#!/usr/bin/env node
// The entry of the command line. It builds first if the sources are newer than the last build.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { build, isBuilt, root } from './build.mjs';

/** The exit code of wrong usage or configuration in `src/cli/exit-codes.ts`. */
const EXIT_USAGE = 2;

class Uninstalled extends Error {}

try {
  if (!existsSync(join(root, 'node_modules'))) {
    throw new Uninstalled('The packages are not installed.');
  }
  if (!isBuilt()) await buildVisibly();
  // Of Node 22 and later. It makes every further command shorter; where it cannot write, Node goes on without.
  module.enableCompileCache?.(join(root, 'dist/.compile-cache'));
  module.createRequire(import.meta.url)('../../dist/apps/daybook/src/main.js');
} catch (error) {
  // A pull may have added a package.
  const isUninstalled = error instanceof Uninstalled || error.code === 'MODULE_NOT_FOUND';
  const [sentence] = error.message.split('\n');
  console.error(isUninstalled ? `${sentence} Run "npm ci" in ${root} first.` : error.message);
  process.exitCode = isUninstalled ? EXIT_USAGE : 1;
}

/** The remark goes to standard error, because the answer may be piped. */
async function buildVisibly() {
  process.stderr.write('Building (about ten seconds, once)... ');
  await build();
  process.stderr.write('done.\n');
}
