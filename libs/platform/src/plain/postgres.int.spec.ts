import { Client } from 'pg';
import { freshDatabase, type TestDatabase } from '../../../../test/dependencies';
import { surviveErrors } from './lost-connections';
import { bigintArray, intArray, textArray, uuidArray } from './postgres';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await freshDatabase();
  client = surviveErrors(new Client(database.url));
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

const UUID = '01234567-89ab-cdef-0123-456789abcdef';

it.each([
  ['text[]', textArray, ['a', '', null, 'ä "quoted" {,} \\', 'NULL']],
  ['text[]', textArray, []],
  ['bigint[]', bigintArray, [0n, null, -1n, 2n ** 63n - 1n, -(2n ** 63n)]],
  ['bigint[]', bigintArray, []],
  ['integer[]', intArray, [0, -1, null, 2 ** 31 - 1]],
  ['uuid[]', uuidArray, [UUID, null, UUID]],
])('PostgreSQL reads a %s as it was written', async (type, encode, values) => {
  const array = (encode as (values: readonly unknown[]) => Buffer)(values);
  const { rows } = await client.query<{ value: string | null }>(
    `SELECT value::text FROM unnest($1::${type}) WITH ORDINALITY AS u(value, place) ORDER BY place`,
    [array],
  );
  const expected = values.map((value) => (value === null ? null : String(value)));
  expect(rows.map(({ value }) => value)).toEqual(expected);
});
