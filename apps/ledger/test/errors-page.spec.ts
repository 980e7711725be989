import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorsPage } from './errors-page';

const PAGE = join(__dirname, '../../../docs/errors.md');

it('holds docs/errors.md true (after a change: DAYBOOK_WRITE_DOCS=1 npx jest errors-page)', () => {
  if (process.env.DAYBOOK_WRITE_DOCS) writeFileSync(PAGE, errorsPage());
  expect(readFileSync(PAGE, 'utf8')).toBe(errorsPage());
});
