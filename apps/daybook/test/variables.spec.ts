import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VARIABLES, variablesOf } from '@daybook/platform';
import { WatcherEnv } from '../../chain-watcher/src/watcher.env';
import { LedgerEnv } from '../../ledger/src/ledger.env';

const read = (path: string) => readFileSync(join(__dirname, '../../..', path), 'utf8');

it('knows every variable that an app reads', () => {
  const reading = [...variablesOf(LedgerEnv), ...variablesOf(WatcherEnv)];
  expect(reading.filter((name) => !VARIABLES.includes(name))).toEqual([]);
});

it('knows no variable that is not explained', () => {
  const explained = read('.env.example') + read('docs/cli.md');
  expect(VARIABLES.filter((name) => !explained.includes(name))).toEqual([]);
});
