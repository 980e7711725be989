const { existsSync, readFileSync, readdirSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');

const { $schema, ...swcrc } = JSON.parse(readFileSync(`${__dirname}/.swcrc`, 'utf8'));

/** Jest cannot require() ES modules on every supported Node, so the ESM packages are compiled too. */
function esmPackages(root) {
  const found = new Set();
  const visit = (dir, depth) => {
    for (const name of existsSync(dir) ? readdirSync(dir) : []) {
      if (name.startsWith('.')) continue;
      const packages = name.startsWith('@')
        ? readdirSync(join(dir, name)).map((n) => `${name}/${n}`)
        : [name];
      for (const pkg of packages) {
        const manifest = join(dir, pkg, 'package.json');
        if (!existsSync(manifest)) continue;
        if (JSON.parse(readFileSync(manifest, 'utf8')).type === 'module') found.add(pkg);
        if (depth < 3) visit(join(dir, pkg, 'node_modules'), depth + 1);
      }
    }
  };
  visit(join(root, 'node_modules'), 0);
  return [...found].map((name) => name.replace(/[.+]/g, '\\$&'));
}

const base = {
  testEnvironment: 'node',
  // A test runs in a context of its own, where each look-up of a global is slow: as parameters of a module they are not.
  // Only what no test replaces, and what no package declares under its own name.
  sandboxInjectedGlobals: [
    'Array',
    'BigInt',
    'Boolean',
    'DataView',
    'Error',
    'Float64Array',
    'JSON',
    'Map',
    'Math',
    'Number',
    'Object',
    'Promise',
    'RangeError',
    'RegExp',
    'Set',
    'String',
    'Symbol',
    'TypeError',
    'Uint32Array',
    'Uint8Array',
    'WeakMap',
    'parseInt',
  ],
  rootDir: __dirname,
  moduleFileExtensions: ['js', 'json', 'ts'],
  moduleNameMapper: {
    '^@daybook/([^/]+)$': '<rootDir>/libs/$1/src',
    '^@daybook/platform/plain$': '<rootDir>/libs/platform/src/plain',
    '^fast-check$': '<rootDir>/test/fast-check.cjs',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { ...swcrc, swcrc: false, sourceMaps: 'inline', module: { type: 'commonjs' } },
    ],
    '^.+\\.m?js$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: false,
        jsc: { target: 'es2023', parser: { syntax: 'ecmascript' } },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [
    `/node_modules/(?!(?:.*/node_modules/)?(?:${esmPackages(__dirname).join('|')})/)`,
    '\\.cjs$',
  ],
};

/** Suites that start servers. */
const real = {
  ...base,
  globalSetup: '<rootDir>/test/global-setup.ts',
  globalTeardown: '<rootDir>/test/global-teardown.ts',
};

module.exports = {
  // Suites share two cores, and some start servers; a test that waits has a limit of its own.
  testTimeout: 120_000,
  // Suites wait about as long as they compute. More than eight would need more connections than PostgreSQL has.
  maxWorkers: Math.min(8, availableParallelism() + 2),
  // Above it a worker is replaced: what suites leave behind is collected late.
  workerIdleMemoryLimit: '1GB',
  reporters: ['default', '<rootDir>/test/not-run-reporter.cjs'],
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,bench,libs,test}/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.(property|int|e2e)\\.spec\\.ts$'],
    },
    {
      // Suites that try thousands of random cases: seconds each, where a unit suite takes moments.
      ...base,
      displayName: 'property',
      testMatch: ['<rootDir>/{apps,libs}/**/*.property.spec.ts'],
    },
    {
      ...real,
      displayName: 'real',
      testMatch: ['<rootDir>/{apps,libs,test}/**/*.{int,e2e}.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', 'chaos\\.e2e\\.spec\\.ts$'],
    },
    {
      // Processes that are killed under load, for minutes: .ci/run runs them, `npm test` does not.
      ...real,
      displayName: 'chaos',
      testMatch: ['<rootDir>/test/*chaos.e2e.spec.ts'],
    },
  ],
};
