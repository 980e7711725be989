#!/usr/bin/env node
// The command line as it is called: builds when the sources are newer than what was built, then hands over.
import { createRequire } from 'node:module';
import { Listr } from 'listr2';
import { build, isBuilt } from './build.mjs';

try {
  if (!isBuilt()) {
    await new Listr([{ title: 'Building (about ten seconds, once)', task: building }], {
      rendererOptions: { showErrorMessage: false },
    }).run();
  }
  createRequire(import.meta.url)('../../dist/apps/daybook/src/main.js');
} catch (error) {
  console.error((error.cause ?? error).message);
  process.exitCode = 1;
}

/** A failure is told once and in full, below the progress. */
function building() {
  return build().catch((cause) => {
    throw new Error('see below', { cause });
  });
}
