import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEMS } from '../src/edge/problems';
import { withMethods } from './grpc-page';

const PAGE = join(__dirname, '../../../docs/grpc.md');
const text = () => readFileSync(PAGE, 'utf8');

it('holds the methods of docs/grpc.md true (after a change: DAYBOOK_WRITE_DOCS=1 npx jest grpc-page)', () => {
  if (process.env.DAYBOOK_WRITE_DOCS) writeFileSync(PAGE, withMethods(text()));
  expect(text()).toBe(withMethods(text()));
});

it('names in docs/grpc.md no reason and no variable that is not there', () => {
  const [, errors = ''] = text().split('## Errors');
  const [section = ''] = errors.split('\n## ');
  const reasons = [...section.matchAll(/^\| `([a-z-]+)`/gm)].map(([, reason]) => reason);
  expect(reasons.length).toBeGreaterThan(5);
  for (const reason of reasons) expect(Object.keys(PROBLEMS)).toContain(reason);
  const example = readFileSync(join(PAGE, '../../.env.example'), 'utf8');
  for (const [variable] of text().matchAll(/DAYBOOK_GRPC_[A-Z_]+/g))
    expect(example).toContain(variable);
});
