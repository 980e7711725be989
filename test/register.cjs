// Lets a child process run the sources as they are: `node -r test/register.cjs apps/ledger/src/main.ts`.
// Hundreds of such processes are started by the tests, so what is compiled is kept for the next one.
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');

/** After this an app has loaded what it runs on. What is killed later leaves its code to others as well. */
const LOADED_MS = 3_000;

const root = join(__dirname, '..');
const { $schema: _, ...swcrc } = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8'));
const options = { ...swcrc, swcrc: false, sourceMaps: false, module: { type: 'commonjs' } };
const { version } = JSON.parse(
  readFileSync(join(root, 'node_modules/@swc/core/package.json'), 'utf8'),
);
const compiler = JSON.stringify([version, options]);
const cache = join(root, 'node_modules/.cache/daybook-sources');

require.extensions['.ts'] = (module, filename) => {
  module._compile(compiled(filename, readFileSync(filename, 'utf8')), filename);
};

/** The cache is only a shorter way: where it cannot be read or written, the source is compiled. */
function compiled(filename, source) {
  const name = createHash('sha256').update(compiler).update(filename).update(source).digest('hex');
  const file = join(cache, `${name}.js`);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const { code } = require('@swc/core').transformSync(source, { ...options, filename });
    keep(file, code);
    return code;
  }
}

/** Moved to its place whole: another process may read it at any moment. */
function keep(file, text) {
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch {}
}

// From Node 22 on, V8's own code is kept too.
Module.enableCompileCache?.(join(root, 'node_modules/.cache/daybook-compiled'));

/** Where each module was found that a folder asked for: looking for them takes a fifth of a start. */
const placesFile = join(cache, 'places.json');
const places = new Map(Object.entries(placesBefore()));
const placesThen = places.size;

function placesBefore() {
  try {
    return JSON.parse(readFileSync(placesFile, 'utf8'));
  } catch {
    return {};
  }
}

const resolve = Module._resolveFilename;
Module._resolveFilename = function resolveLibrary(request, parent, ...rest) {
  const asked = `${parent?.path}|${request}`;
  const place = places.get(asked);
  if (place !== undefined && existsSync(place)) return place;
  const [, library, part = ''] = /^@daybook\/([^/]+)(?:\/(plain))?$/.exec(request) ?? [];
  const target =
    library === undefined ? request : join(root, 'libs', library, 'src', part, 'index.ts');
  const found = resolve.call(this, target, parent, ...rest);
  if (parent?.path !== undefined) places.set(asked, found);
  return found;
};

/** At exit, and earlier for a process that will be killed. */
function keepAll() {
  if (places.size > placesThen) keep(placesFile, JSON.stringify(Object.fromEntries(places)));
}

process.once('exit', keepAll);
setTimeout(() => {
  keepAll();
  Module.flushCompileCache?.();
}, LOADED_MS).unref();
