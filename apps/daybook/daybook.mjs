#!/usr/bin/env node
// The command line as it is called: builds when the sources are newer than what was built, then hands over.
import { createRequire } from 'node:module';
import { build, isBuilt } from './build.mjs';

try {
  if (!isBuilt()) await buildVisibly();
  createRequire(import.meta.url)('../../dist/apps/daybook/src/main.js');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** Says so on standard error: an answer may be piped. */
async function buildVisibly() {
  process.stderr.write('Building (about ten seconds, once)... ');
  await build();
  process.stderr.write('done.\n');
}
