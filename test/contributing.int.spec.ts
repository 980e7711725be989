import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
const COMMAND = /^npm run (test:\w+) -- (\S+)/gm;

const commands = [...readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8').matchAll(COMMAND)].map(
  ([, script = '', folder = '']) => ({ script, folder }),
);

it('CONTRIBUTING shows how to run the suites of one folder', () => {
  expect(commands).toContainEqual({ script: 'test:unit', folder: 'libs/domain' });
});

// Jest takes words after --selectProjects as further projects, which then runs everything.
it.each(commands)('npm run $script -- $folder runs only suites of $folder', (command) => {
  const args = ['run', '--silent', command.script, '--', command.folder, '--listTests'];
  const suites = execFileSync('npm', args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .trim()
    .split('\n')
    .filter((line) => line.endsWith('.spec.ts'));
  expect(suites.length).toBeGreaterThan(0);
  expect(suites.filter((path) => !path.startsWith(join(ROOT, command.folder)))).toEqual([]);
});
