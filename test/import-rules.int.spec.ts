import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..');

/** Violations, each in a file of its own, and the rule that must name it. */
const PLANTED: readonly (readonly [file: string, imports: string, rule: string])[] = [
  ['apps/ledger/src/customers/planted.ts', '../rest/gate', 'ledger-customers'],
  ['apps/ledger/src/customers/planted-late.ts', '../purses', 'ledger-customers'],
  ['apps/ledger/src/purses/planted.ts', '../customers/customer.row', 'ledger-purses'],
  ['apps/ledger/src/edge/planted.ts', '../customers', 'ledger-edge'],
  ['apps/ledger/src/rest/planted.ts', '../purses', 'ledger-rest'],
  ['apps/ledger/src/events/planted.ts', '../grpc/server', 'ledger-events'],
  ['apps/ledger/src/webhooks/planted.ts', '../rest/gate', 'ledger-folder-is-listed'],
  ['apps/ledger/src/purses/planted-root.ts', '../ledger.module', 'ledger-root-is-above'],
  ['apps/ledger/src/edge/planted-root.ts', '../main', 'ledger-root-is-above'],
  ['apps/ledger/src/planted.env.ts', './grpc/credentials', 'ledger-environment-is-below'],
  ['apps/console/src/planted.ts', '@daybook/contracts', 'app-is-listed'],
  ['apps/chain-watcher/src/state/planted.ts', '../watch/watch', 'chain-watcher-state'],
  ['apps/chain-watcher/src/planted-app.ts', '../../ledger/src/main', 'apps-meet-on-the-logs'],
  ['libs/domain/src/planted.ts', '@daybook/platform', 'domain-is-pure'],
  ['libs/event-store/src/planted.ts', '@daybook/platform', 'library-event-store'],
  ['libs/event-store/src/planted-http.ts', 'fastify', 'http-server-in-rest-only'],
  ['libs/chains/src/planted.ts', '@nestjs/common', 'nest-in-apps-and-platform-only'],
  ['libs/messaging/src/planted.ts', '../../chains/src/family', 'front-door-only'],
  ['libs/webhooks/src/planted.ts', '@daybook/domain', 'library-is-listed'],
];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-imports-'));
  for (const name of [
    'apps',
    'libs',
    'test',
    'tsconfig.json',
    '.dependency-cruiser.mjs',
    'package.json',
  ]) {
    await cp(join(ROOT, name), join(folder, name), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, imports] of PLANTED) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), `import '${imports}';\n`);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('every planted violation is named by its rule', async () => {
  const found = await cruise(folder);
  const missed = PLANTED.filter(
    ([file, , rule]) => !found.some((line) => line.includes(` ${rule}: ${file} `)),
  );
  expect(missed).toEqual([]);
});

/** The lines of the report on what the planted files import. `npm run check` reads all that the others do. */
function cruise(cwd: string): Promise<readonly string[]> {
  const binary = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const files = PLANTED.map(([file]) => file);
  const args = [binary, ...files, '--max-depth', '1', '--config', '.dependency-cruiser.mjs'];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd }, (_, stdout) => resolve(stdout.split('\n')));
  });
}
