// Generates code from the .proto files (`npm run generate`). With --check it lints them, finds breaking changes
// against the released image, and fails if a committed file is stale. --release makes the current contract the
// released one.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonModule } from './generate-json.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const GENERATED = join(here, 'src', 'generated');
const RELEASED = 'daybook-v1.released.json';
/** The options of `json.proto`. */
const OPTIONS = ['json', 'upper_case', 'resource'];
const BUF = join(here, '..', '..', 'node_modules', '.bin', 'buf');

const buf = (...args) =>
  execFileSync(BUF, args, { cwd: here, stdio: ['ignore', 'pipe', 'inherit'] });

function generate(folder) {
  // A package serves it with its own types; here it is for reflection alone.
  const withoutHealth = ['--exclude-path', 'third-party/grpc'];
  // Options are read from the descriptors: the code needs neither them nor the types of descriptors.
  const withoutOptions = [
    ...['--exclude-path', 'proto/daybook/options'],
    ...OPTIONS.flatMap((name) => ['--exclude-type', `daybook.options.v1.${name}`]),
  ];
  buf('generate', ...withoutHealth, ...withoutOptions, '-o', folder);
  const descriptors = buf('build', '--exclude-source-info', '-o', '-#format=binpb');
  const lines = descriptors.toString('base64').match(/.{1,96}/g);
  const text = lines.map((line) => `  '${line}',`).join('\n');
  writeFileSync(
    join(folder, 'src', 'generated', 'descriptors.ts'),
    `// Written by generate-grpc.mjs: the FileDescriptorSet of daybook.v1 and the other served packages, for reflection.\n` +
      `export const DESCRIPTORS = Buffer.from(\n  [\n${text.replace(/^/gm, '  ')}\n  ].join(''),\n  'base64',\n);\n`,
  );
  const documented = buf('build', 'proto', '-o', '-#format=binpb');
  writeFileSync(join(folder, 'src', 'generated', 'json.ts'), jsonModule(documented));
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
    .sort();
}

function check() {
  buf('lint');
  buf('format', '--diff', '--exit-code', 'proto');
  buf('breaking', 'proto', '--against', RELEASED);
  const folder = mkdtempSync(join(tmpdir(), 'daybook-proto-'));
  try {
    generate(folder);
    const fresh = join(folder, 'src', 'generated');
    const names = new Set([...filesIn(fresh), ...filesIn(GENERATED)]);
    const read = (root, name) => {
      try {
        return readFileSync(root + name, 'utf8');
      } catch {
        return null;
      }
    };
    const stale = [...names].filter((name) => read(fresh, name) !== read(GENERATED, name));
    if (stale.length > 0) {
      console.error(`These files are stale; run npm run generate: ${stale.join(', ')}`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv.includes('--check')) check();
else if (process.argv.includes('--release')) {
  buf('build', 'proto', '--exclude-source-info', '-o', RELEASED);
} else generate(here);
