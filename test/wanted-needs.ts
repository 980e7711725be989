import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Need } from './needs';

/** How a suite says what it needs. */
const CALL = /\bdescribeWith\(\s*'(\w+)'/g;

/** The part of jest's global configuration that tells which suites run. */
export interface GlobalSetup {
  readonly rootDir: string;
  readonly testPathPatterns: { readonly patterns: readonly string[] };
}

/** The suites of this run for each need that one of them has; all suites run when no pattern is given. */
export function wantedNeeds({
  rootDir,
  testPathPatterns: { patterns },
}: GlobalSetup): ReadonlyMap<Need, readonly string[]> {
  const wanted = patterns.map((pattern) => new RegExp(pattern, 'i'));
  const isWanted = (file: string) =>
    wanted.length === 0 || wanted.some((it) => it.test(join(rootDir, file)) || it.test(file));
  const found = new Map<Need, string[]>();
  for (const file of realSuites(rootDir).filter(isWanted)) {
    for (const need of needsOf(readFileSync(join(rootDir, file), 'utf8'))) {
      found.set(need, [...(found.get(need) ?? []), file]);
    }
  }
  return found;
}

/** What the text of a suite says that it needs. */
export function needsOf(text: string): ReadonlySet<Need> {
  return new Set([...text.matchAll(CALL)].map(([, need]) => need as Need));
}

/** The suites with real processes, by their paths in the repository. */
export function realSuites(rootDir: string): readonly string[] {
  return ['apps', 'libs', 'test'].flatMap((folder) =>
    suitesIn(join(rootDir, folder)).map((file) => relative(rootDir, file)),
  );
}

function suitesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : suitesIn(path);
    return /\.(int|e2e)\.spec\.ts$/.test(entry.name) ? [path] : [];
  });
}
