// Packs @daybook/client for other repositories: `npm run pack:client` compiles it with the contracts it needs and
// writes an archive into the given folder, or into the current one. It only emits, in half the time: `npm run check` has
// checked the types of these files.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..');
/** Outside of dist, which the apps' build deletes. */
const out = join(root, 'node_modules', '.daybook-client');
const destination = resolve(process.argv[2] ?? root);
const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The packages that the compiled files require. A test installs the archive with nothing else. */
const DEPENDENCIES = ['@bufbuild/protobuf', '@grpc/grpc-js', 'ajv', 'ajv-formats', 'p-retry'];
const PEERS = ['@nestjs/common'];

const versions = (names) => Object.fromEntries(names.map((name) => [name, own.dependencies[name]]));
const majors = (names) =>
  Object.fromEntries(names.map((name) => [name, `^${own.dependencies[name].split('.')[0]}.0.0`]));

execFileSync(
  process.execPath,
  [join(root, 'node_modules/@nestjs/cli/bin/nest.js'), 'build', 'client'],
  {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
writeFileSync(
  join(out, 'package.json'),
  JSON.stringify(
    {
      name: '@daybook/client',
      version: own.version,
      description: 'Daybook over gRPC and REST, typed, as a module for NestJS.',
      license: own.license,
      engines: own.engines,
      main: 'libs/client/src/index.js',
      types: 'libs/client/src/index.d.ts',
      files: ['libs/**/*.js', 'libs/**/*.d.ts', 'libs/**/*.json'],
      dependencies: versions(DEPENDENCIES),
      peerDependencies: majors(PEERS),
    },
    null,
    2,
  ),
);
copyFileSync(join(here, 'README.md'), join(out, 'README.md'));
const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', destination], {
  cwd: out,
  stdio: ['ignore', 'pipe', 'ignore'],
});
const [{ filename }] = JSON.parse(packed.toString());
console.log(join(destination, filename));
