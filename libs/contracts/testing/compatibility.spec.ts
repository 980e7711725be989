import { incompatibilities } from './compatibility';
import type { JsonSchema } from './shapes';

type SchemaObject = Exclude<JsonSchema, boolean>;
type Properties = Readonly<Record<string, JsonSchema>>;

const position: JsonSchema = { type: 'string', pattern: '^[0-9]{1,20}$' };
const ref: JsonSchema = { $ref: '#/$defs/position' };
const block = object({ number: { type: 'integer', minimum: 0 } }, ['number']);
const properties: Properties = {
  type: { type: 'string', pattern: '^[a-z]+$' },
  id: { type: 'string', format: 'uuid', maxLength: 36 },
  status: { enum: ['seen', 'final'] },
  version: { type: 'integer', minimum: 1, maximum: 9 },
  position,
  note: { type: 'string', minLength: 1, maxLength: 100 },
  block: { oneOf: [{ type: 'null' }, block] },
  finality: finality({ const: 'safe' }),
  assets: { type: 'array', items: { type: 'string' }, maxItems: 5 },
  labels: { type: 'object', additionalProperties: { type: 'string' } },
  data: { type: 'object', additionalProperties: true },
  extra: { type: 'object', additionalProperties: true },
};
const required = ['type', 'id', 'status', 'version', 'block'];
const minted: Properties = { address: { type: 'string' } };
const base = withCases({ minted });

function object(declared: Properties, names: readonly string[] = []): SchemaObject {
  return { type: 'object', additionalProperties: true, required: names, properties: declared };
}

function finality(tag: JsonSchema): JsonSchema {
  return {
    oneOf: [
      object({ kind: { const: 'depth' }, confirmations: { type: 'integer' } }, ['kind']),
      object({ kind: { const: 'tag' }, tag }, ['kind', 'tag']),
    ],
  };
}

/** The base schema with changed properties; undefined removes one. */
function change(
  changes: Readonly<Record<string, JsonSchema | undefined>>,
  names: readonly string[] = required,
): SchemaObject {
  const kept = Object.entries({ ...properties, ...changes }).filter(([, of]) => of !== undefined);
  return { ...base, ...object(Object.fromEntries(kept) as Properties, names) };
}

function withCases(cases: Readonly<Record<string, Properties>>, by = 'type'): SchemaObject {
  const allOf = Object.entries(cases).map(([value, data]) => ({
    if: { type: 'object', required: [by], properties: { [by]: { const: value } } },
    // biome-ignore lint/suspicious/noThenProperty: it is JSON Schema's keyword.
    then: { properties: { data: object(data) } },
  }));
  return { ...object(properties, required), allOf };
}

describe('incompatibilities', () => {
  it.each<[string, JsonSchema]>([
    ['the same schema', base],
    ['other words', { ...base, description: 'Something else.' }],
    ['an optional property added', change({ added: { type: 'boolean' } })],
    ['an optional property removed', change({ note: undefined })],
    ['an alternative said another way', change({ block: { anyOf: [block, { type: 'null' }] } })],
    ['a definition instead of the thing', { ...change({ position: ref }), $defs: { position } }],
    ['a case added', withCases({ minted, archived: { reason: { type: 'string' } } })],
    ['a constant for a list of one', change({ finality: finality({ enum: ['safe'] }) })],
  ])('allows %s', (_, newer) => {
    expect(incompatibilities(base, newer)).toEqual([]);
  });

  it.each<[string, JsonSchema, string]>([
    [
      'a required property added',
      change({ added: { type: 'string' } }, [...required, 'added']),
      'new readers, old messages: /added: may be left out, but is required',
    ],
    [
      'an optional property made required',
      change({}, [...required, 'note']),
      'new readers, old messages: /note: may be left out, but is required',
    ],
    [
      'a required property removed',
      change({ version: undefined }, ['type', 'id', 'status', 'block']),
      'old readers, new messages: /version: may be left out, but is required',
    ],
    [
      'a required property made optional',
      change({}, ['type', 'id', 'version', 'block']),
      'old readers, new messages: /status: may be left out, but is required',
    ],
    [
      'another type',
      change({ version: { type: 'string' } }),
      'old readers, new messages: /version: a value of type string is not accepted',
    ],
    [
      'an integer that became a number',
      change({ version: { type: 'number', minimum: 1, maximum: 9 } }),
      'old readers, new messages: /version: fractions are not accepted',
    ],
    [
      'null added to a type',
      change({ note: { type: ['string', 'null'], minLength: 1, maxLength: 100 } }),
      'old readers, new messages: /note: null is not accepted',
    ],
    [
      'an enum member added',
      change({ status: { enum: ['seen', 'final', 'dropped'] } }),
      'old readers, new messages: /status: "dropped" is not accepted',
    ],
    [
      'an enum member removed',
      change({ status: { enum: ['seen'] } }),
      'new readers, old messages: /status: "final" is not accepted',
    ],
    [
      'an enum opened to every string',
      change({ status: { type: 'string' } }),
      'old readers, new messages: /status: a value of type string is not accepted',
    ],
    [
      'another constant',
      change({ finality: finality({ const: 'finalized' }) }),
      'old readers, new messages: /finality/tag: "finalized" is not accepted',
    ],
    [
      'a pattern changed',
      change({ position: { type: 'string', pattern: '^[0-9]{1,30}$' } }),
      'old readers, new messages: /position: only the pattern ^[0-9]{1,20}$ is accepted',
    ],
    [
      'a pattern dropped',
      change({ position: { type: 'string' } }),
      'old readers, new messages: /position: only the pattern ^[0-9]{1,20}$ is accepted',
    ],
    [
      'a format added',
      change({ note: { type: 'string', minLength: 1, maxLength: 100, format: 'uri' } }),
      'new readers, old messages: /note: only the format uri is accepted',
    ],
    [
      'a shorter length',
      change({ note: { type: 'string', minLength: 1, maxLength: 99 } }),
      'new readers, old messages: /note: a length above 99 is not accepted',
    ],
    [
      'a lower minimum',
      change({ version: { type: 'integer', minimum: 0, maximum: 9 } }),
      'old readers, new messages: /version: a value below 1 is not accepted',
    ],
    [
      'a limit dropped',
      change({ version: { type: 'integer', minimum: 1 } }),
      'old readers, new messages: /version: a value above 9 is not accepted',
    ],
    [
      'more items',
      change({ assets: { type: 'array', items: { type: 'string' }, maxItems: 6 } }),
      'old readers, new messages: /assets: a number of items above 5 is not accepted',
    ],
    [
      'other items',
      change({ assets: { type: 'array', items: { type: 'integer' }, maxItems: 5 } }),
      'old readers, new messages: /assets/*: a value of type number is not accepted',
    ],
    [
      'a branch of a union removed',
      change({ block }),
      'new readers, old messages: /block: null is not accepted',
    ],
    [
      'a change deep inside a branch',
      change({
        block: { oneOf: [{ type: 'null' }, object({ number: { type: 'integer' } }, ['number'])] },
      }),
      'old readers, new messages: /block/number: a value below 0 is not accepted',
    ],
    [
      'undeclared properties refused while one side still sends one',
      { ...change({ note: undefined }), additionalProperties: false },
      'new readers, old messages: /note: is sent, but refused',
    ],
    [
      'other values in a map',
      change({ labels: { type: 'object', additionalProperties: { type: 'integer' } } }),
      'new readers, old messages: /labels/*: a value of type string is not accepted',
    ],
    [
      'a free-form object that gets properties',
      change({ extra: object({ reason: { type: 'string' } }) }),
      'new readers, old messages: /extra/reason: anything is not accepted',
    ],
    [
      'a case changed',
      withCases({ minted: { address: { type: 'string', maxLength: 42 } } }),
      'new readers, old messages: [minted]/data/address: a length above 42 is not accepted',
    ],
    [
      'a property of another name that tells the case',
      withCases({ seen: minted }, 'status'),
      'new readers, old messages: /: tells its cases by status, no longer by type',
    ],
  ])('finds %s', (_, newer, expected) => {
    expect(incompatibilities(base, newer)).toContainEqual(expect.stringContaining(expected));
  });

  it.each<[string, JsonSchema]>([
    ['a keyword that it does not know', change({ note: { type: 'string', contentEncoding: 'x' } })],
    ['a keyword that belongs to another type', change({ note: { type: 'string', minimum: 1 } })],
    ['a keyword beside a reference', change({ note: { $ref: '#/$defs/a', minLength: 1 } })],
    ['a keyword beside a union', change({ note: { anyOf: [{ type: 'null' }], minLength: 1 } })],
    ['no type', change({ note: { minLength: 1 } })],
    ['an unknown type', change({ note: { type: 'decimal' } })],
    ['a reference to nothing', change({ note: { $ref: '#/$defs/a' } })],
    ['a reference to itself', { ...change({ note: ref }), $defs: { position: ref } }],
    [
      'branches of oneOf that overlap',
      change({ note: { oneOf: [block, object({ hash: position })] } }),
    ],
    ['a constant of another type', change({ note: { type: 'string', const: 1 } })],
    ['a condition that is not a case', { ...base, allOf: [{ if: object({}) }] }],
    ['a schema that nothing follows', change({ note: false })],
  ])('refuses to compare %s', (_, newer) => {
    expect(() => incompatibilities(base, newer)).toThrow(/^#.*: /);
  });
});
