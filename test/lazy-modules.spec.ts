import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');

/** The sources of a folder that run in the product. */
const sourcesIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\/src\/.*\.ts$/.test(path) && !path.endsWith('.spec.ts'))
    .map((path) => join(folder, path));

it('loads no library late by its name, which the build replaces in import statements only', () => {
  const sources = ['apps', 'libs'].flatMap(sourcesIn);
  expect(sources.length).toBeGreaterThan(400);
  const late = sources.filter((path) =>
    /\b(require|import)\(\s*['"]@daybook\//.test(
      readFileSync(join(ROOT, path), 'utf8').replace(/typeof import\([^)]*\)/g, ''),
    ),
  );
  expect(late).toEqual([]);
});
