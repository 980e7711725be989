import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventsPage, FIELDS, fieldKey } from './events-page';
import { goldenFiles, leaves } from './golden';

const PAGE = join(__dirname, '../../../docs/events.md');

/** Set to write the page instead of comparing it; the diff then belongs in the same commit. */
const WRITES = process.env.DAYBOOK_WRITE_DOCS === '1';

it('holds docs/events.md true (after a change: DAYBOOK_WRITE_DOCS=1 npx jest events-page)', () => {
  const page = eventsPage(goldenFiles());
  if (WRITES) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});

it('explains every field, and none that is gone', () => {
  const fields = [...goldenFiles().values()].flatMap(({ type, examples }) =>
    examples.flatMap((example) => leaves(example).map(([path]) => fieldKey(type, path))),
  );
  expect(new Set(fields)).toEqual(new Set(Object.keys(FIELDS)));
});

it('refuses to leave an event out', () => {
  expect(() => eventsPage(new Map())).toThrow('AccountOpened@1.json is missing.');
});
