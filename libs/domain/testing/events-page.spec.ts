import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventsPage, FIELDS, meaningOf } from './events-page';
import { type Golden, goldenFiles, leaves } from './golden';

const PAGE = join(__dirname, '../../../docs/events.md');

/** Set to write the page instead of comparing it; the diff then belongs in the same commit. */
const WRITES = process.env.DAYBOOK_WRITE_DOCS === '1';

it('holds docs/events.md true (after a change: DAYBOOK_WRITE_DOCS=1 npx jest events-page)', () => {
  const page = eventsPage(goldenFiles());
  if (WRITES) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});

it('says what every event and field means, and nothing about those that are gone', () => {
  const files = [...goldenFiles().values()];
  const paths = ({ examples }: Golden) =>
    examples.flatMap((example) => leaves(example).map(([path]) => path));
  const shared = new Set<string>();
  for (const golden of files) {
    const current = files.findLast(({ type, says }) => type === golden.type && says !== undefined);
    if (current === undefined) throw new Error(`Nothing says what ${golden.type} means.`);
    for (const path of paths(golden)) {
      expect([golden.type, path, meaningOf(current, path)]).not.toContain(undefined);
      if (current.fields?.[path] === undefined) shared.add(path);
    }
    expect(paths(golden)).toEqual(expect.arrayContaining(Object.keys(golden.fields ?? {})));
  }
  expect(shared).toEqual(new Set(Object.keys(FIELDS)));
});

it('refuses to leave an event out', () => {
  expect(() => eventsPage(new Map())).toThrow('AccountOpened@2.json is missing.');
});
