import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What a suite that needs the broker calls. */
const MARK = 'describeWithKafka(';

/** The part of jest's global configuration that tells which suites run. */
export interface GlobalSetup {
  readonly rootDir: string;
  readonly testPathPatterns: { readonly patterns: readonly string[] };
}

/** Whether a suite of this run needs a broker; all suites run when no pattern is given. */
export function wantsKafka({ rootDir, testPathPatterns: { patterns } }: GlobalSetup): boolean {
  if (patterns.length === 0) return true;
  const wanted = patterns.map((pattern) => new RegExp(pattern, 'i'));
  return ['apps', 'libs', 'test']
    .flatMap((folder) => suites(join(rootDir, folder)))
    .filter((file) => wanted.some((it) => it.test(file) || it.test(relative(rootDir, file))))
    .some((file) => readFileSync(file, 'utf8').includes(MARK));
}

function suites(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : suites(path);
    return /\.(int|e2e)\.spec\.ts$/.test(entry.name) ? [path] : [];
  });
}
