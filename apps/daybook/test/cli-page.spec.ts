import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgram } from '../src/program';
import { cliPage, helpOf, leavesOf, nameOf } from './cli-page';

const PAGE = join(__dirname, '../../../docs/cli.md');

/** Set to write the page instead of comparing it; the diff then belongs in the same commit. */
const WRITES = process.env.DAYBOOK_WRITE_DOCS === '1';

it('matches docs/cli.md (after a change: DAYBOOK_WRITE_DOCS=1 npx jest cli-page)', () => {
  const page = cliPage();
  if (WRITES) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});

describe.each(leavesOf(createProgram()).map((command) => [nameOf(command), command] as const))(
  '%s',
  (name, command) => {
    it('says what it does in a sentence, and shows valid examples', () => {
      expect(command.description()).toMatch(/^[A-Z].*\.$/);
      const [, examples = ''] = helpOf(command).split('Examples:');
      expect(examples).toMatch(/(npx daybook|npm (start|run)) /);
      const options = command.options.map(({ long }) => long);
      const shown = examples.match(/(?<= )--[a-z-]+/g) ?? [];
      expect(shown.filter((option) => !options.includes(option))).toEqual([]);
      if (!/^(start|demo|reset)$/.test(name)) expect(examples).toContain(`npx daybook ${name}`);
    });
  },
);
