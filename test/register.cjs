// Lets a child process run the sources as they are: `node -r test/register.cjs apps/ledger/src/main.ts`.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { transformSync } = require('@swc/core');

const root = join(__dirname, '..');
const { $schema: _, ...swcrc } = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8'));
const options = { ...swcrc, swcrc: false, sourceMaps: 'inline', module: { type: 'commonjs' } };

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), { ...options, filename });
  module._compile(code, filename);
};

const resolve = Module._resolveFilename;
Module._resolveFilename = function resolveLibrary(request, ...rest) {
  const [, library, part = ''] = /^@daybook\/([^/]+)(?:\/(plain))?$/.exec(request) ?? [];
  const target =
    library === undefined ? request : join(root, 'libs', library, 'src', part, 'index.ts');
  return resolve.call(this, target, ...rest);
};
