import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  parseBalance,
  parseChainHead,
  parseLedgerEvent,
  parseOutflow,
  parsePurseAddress,
  parseTransfer,
  parseWatchReport,
  parseWatchRequest,
  TOPICS,
} from '../src';
import { unshown } from './coverage';
import { goldenMessages } from './golden';
import { currentSchemas } from './schema-files';
import { type JsonSchema, shapesOf } from './shapes';

const LARGEST_AMOUNT = (2n ** 256n - 1n).toString();

const PARSERS = {
  [TOPICS.transfer]: parseTransfer,
  [TOPICS.purseAddress]: parsePurseAddress,
  [TOPICS.ledgerEvent]: parseLedgerEvent,
  [TOPICS.balance]: parseBalance,
  [TOPICS.outflow]: parseOutflow,
  [TOPICS.chainHead]: parseChainHead,
  [TOPICS.watchRequest]: parseWatchRequest,
  [TOPICS.watchReport]: parseWatchReport,
};

const topics = Object.values(TOPICS);

it('shows every topic, and none that is gone', () => {
  expect(new Set(readdirSync(join(__dirname, '../golden')))).toEqual(new Set(topics));
});

describe.each(topics)('the golden messages of %s', (topic) => {
  const messages = goldenMessages(topic);

  it('are what its parser returns, unchanged', () => {
    const values = messages.map(({ value }) => value);
    expect(values.map((value) => PARSERS[topic](JSON.stringify(value)))).toEqual(values);
  });

  it('show every enum member, alternative and case, and optional fields there and missing', () => {
    const schema = currentSchemas().get(topic) as JsonSchema;
    const values = messages.map(({ value }) => value);
    expect(unshown(shapesOf(schema), values)).toEqual([]);
  });
});

it.each([TOPICS.transfer, TOPICS.outflow, TOPICS.ledgerEvent, TOPICS.balance])(
  '%s shows the largest amount of the EVM',
  (topic) => {
    const shown = goldenMessages(topic).some(({ value }) =>
      JSON.stringify(value).includes(`"${LARGEST_AMOUNT}"`),
    );
    expect(shown).toBe(true);
  },
);

describe('unshown', () => {
  const schema: JsonSchema = {
    type: 'object',
    additionalProperties: true,
    required: ['state', 'block'],
    properties: {
      state: { enum: ['on', 'off'] },
      block: { oneOf: [{ type: 'null' }, { type: 'integer' }] },
      note: { type: 'string' },
    },
  };

  it.each<[string, readonly unknown[], readonly string[]]>([
    [
      'a member of an enum',
      [
        { state: 'on', block: null },
        { state: 'on', block: 1, note: '' },
      ],
      ['/state: "off"'],
    ],
    [
      'an alternative',
      [
        { state: 'on', block: 1 },
        { state: 'off', block: 1, note: '' },
      ],
      ['/block: null'],
    ],
    [
      'a missing optional property',
      [
        { state: 'on', block: null, note: '' },
        { state: 'off', block: 1, note: '' },
      ],
      ['/note: left out'],
    ],
    [
      'an optional property',
      [
        { state: 'on', block: null },
        { state: 'off', block: 1 },
      ],
      ['/note: a value of type string'],
    ],
  ])('misses %s', (_, messages, expected) => {
    expect(unshown(shapesOf(schema), messages)).toEqual(expected);
  });
});
