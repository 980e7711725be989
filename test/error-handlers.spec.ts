import { join } from 'node:path';
import { unhandledIn, unhandledInSource } from './error-handlers';

const ROOT = join(__dirname, '..');

/** What is created in this source and has no handler. */
const found = (source: string) => unhandledInSource('example.ts', source).map(({ what }) => what);

it('finds what emits errors and has no handler for them', () => {
  const pg = "import { Client, Pool } from 'pg';";
  expect(found(`${pg} const client = new Client(); client.query('SELECT 1');`)).toEqual(['Client']);
  expect(found(`${pg} const make = () => new Pool();`)).toEqual(['Pool']);
  const child = "import { spawn as start } from 'node:child_process';";
  expect(found(`${child} start('sh').stdout.on('error', log);`)).toEqual(['spawn']);
  const net = "const { createServer } = require('node:net');";
  expect(found(`${net} createServer().listen(0);`)).toEqual(['createServer']);
  const grpc = "import { Client } from '@grpc/grpc-js';";
  expect(found(`${grpc} const client = new Client();`)).toEqual([]);
});

it('knows a handler at the place, on the variable, and in the helpers', () => {
  const child = "import { spawn } from 'node:child_process';";
  expect(found(`${child} spawn('sh').once('error', log);`)).toEqual([]);
  expect(found(`${child} const it = spawn('sh'); it.on('error', log);`)).toEqual([]);
  expect(found(`${child} const it = spawn('sh'); () => it.on('error', log);`)).toEqual([]);
  expect(found(`${child} this.it = spawn('sh'); this.it.on('error', log);`)).toEqual([]);
  expect(found(`${child} const a = () => { it = spawn('a'); }; it.on('error', log);`)).toEqual([
    'spawn',
  ]);
  expect(found(`${child} surviveErrors(spawn('sh'));`)).toEqual([]);
});

it('finds async functions whose end nobody awaits', () => {
  const late = 'async function for ';
  expect(found("socket.on('data', async () => undefined);")).toEqual([`${late}on`]);
  expect(found('setInterval(async function () {}, 10);')).toEqual([`${late}setInterval`]);
  expect(found("on('data', () => undefined); serve(async () => undefined);")).toEqual([]);
});

it('every client, pool, server, socket and child of product, tests and bench has an error handler', () => {
  const sites = unhandledIn(ROOT, ['apps', 'libs', 'test', 'bench', '.ci', 'docker']);
  expect(sites.map(({ file, line, what }) => `${file}:${line} ${what}`)).toEqual([]);
});
