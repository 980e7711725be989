import * as fc from 'fast-check';
import type { JsonSchema } from './shapes';

type SchemaObject = Exclude<JsonSchema, boolean>;

/** Few names, so that two random schemas often have one in common. */
const NAMES = ['a', 'b', 'c', 'd'];
const PATTERNS = ['^[0-9]{1,3}$', '^[a-z]+$', '^(x|y)'];
const MEMBERS = ['one', 'two', 'x'];

const bound = fc.integer({ min: 0, max: 3 });
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const dropUndefined = (schema: Readonly<Record<string, unknown>>): SchemaObject =>
  Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));

/** By kind, so that two schemas of the same kind can be compared. */
const LEAVES: readonly fc.Arbitrary<JsonSchema>[] = [
  fc
    .tuple(
      fc.constantFrom<string | readonly string[]>('integer', 'number', ['integer', 'null']),
      maybe(bound),
      maybe(bound.map((n) => n + 3)),
    )
    .map(([type, minimum, maximum]) => dropUndefined({ type, minimum, maximum })),
  fc
    .record({ minLength: maybe(bound), maxLength: maybe(bound.map((n) => n + 3)) })
    .map((limits) => dropUndefined({ type: 'string', ...limits })),
  fc
    .option(fc.constantFrom(...PATTERNS))
    .map((pattern) => dropUndefined({ type: ['string', 'null'], pattern: pattern ?? undefined })),
  fc
    .constantFrom('uuid', 'date-time', undefined)
    .map((format) => dropUndefined({ type: 'string', format })),
  fc.subarray(MEMBERS, { minLength: 1 }).map((members): JsonSchema => ({ enum: members })),
  fc.constantFrom<JsonSchema>({ const: 'one' }, { const: 2 }, { type: 'boolean' }, {}),
];
const leaf = fc.oneof(...LEAVES);

/** Schemas of the whole subset, at most three levels deep. */
export const arbitrarySchema: fc.Arbitrary<SchemaObject> = fc.letrec<{
  schema: JsonSchema;
  object: SchemaObject;
}>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'schema' },
    leaf,
    tie('object'),
    fc
      .record({ items: tie('schema'), maxItems: maybe(bound) })
      .map((of) => dropUndefined({ type: 'array', ...of })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 2 }).map((anyOf): JsonSchema => ({ anyOf })),
  ),
  object: fc
    .record({
      properties: maybe(fc.dictionary(fc.constantFrom(...NAMES), tie('schema'), { maxKeys: 4 })),
      required: fc.subarray(NAMES),
      additionalProperties: fc.oneof(
        { weight: 6, arbitrary: fc.constant<JsonSchema>(true) },
        { weight: 1, arbitrary: fc.constant<JsonSchema>(false) },
        { weight: 1, arbitrary: leaf },
      ),
      cases: maybe(fc.dictionary(fc.constantFrom(...MEMBERS), leaf, { minKeys: 1 })),
    })
    .map(objectSchema),
})).object;

function objectSchema(of: {
  readonly properties: Readonly<Record<string, JsonSchema>> | undefined;
  readonly required: readonly string[];
  readonly additionalProperties: JsonSchema;
  readonly cases: Readonly<Record<string, JsonSchema>> | undefined;
}): SchemaObject {
  const { cases, additionalProperties } = of;
  // A closed object can only require what it declares.
  const required = of.required.filter(
    (name) => additionalProperties !== false || name in (of.properties ?? {}),
  );
  const plain = { type: 'object', properties: of.properties, required, additionalProperties };
  if (cases === undefined) return dropUndefined(plain);
  const allOf = Object.entries(cases).map(([value, schema]) => ({
    if: { type: 'object', required: ['t'], properties: { t: { const: value } } },
    // biome-ignore lint/suspicious/noThenProperty: it is JSON Schema's keyword.
    then: { properties: { c: schema } },
  }));
  const properties = { ...of.properties, t: { type: 'string' }, c: true };
  return dropUndefined({ ...plain, properties, required: [...new Set([...required, 't'])], allOf });
}

/** A schema and an edited copy, two of the same kind, or two independent ones. */
export const arbitraryPair: fc.Arbitrary<readonly [SchemaObject, SchemaObject]> = fc.oneof(
  fc.tuple(arbitrarySchema, arbitrarySchema),
  ...LEAVES.map((kind) => fc.tuple(kind, kind).map(([a, b]) => [listOf(a), listOf(b)] as const)),
  fc
    .tuple(arbitrarySchema, fc.constantFrom(...NAMES), fc.oneof(leaf, arbitrarySchema), fc.nat(3))
    .map(([schema, name, other, how]) => [schema, edited(schema, name, other, how)] as const),
);

function listOf(items: JsonSchema): SchemaObject {
  return { type: 'array', items, minItems: 1 };
}

function edited(schema: SchemaObject, name: string, other: JsonSchema, how: number): SchemaObject {
  const properties = { ...((schema.properties ?? {}) as Record<string, JsonSchema>) };
  const required = (schema.required as string[]).filter((one) => one !== name);
  if (how === 0) return { ...schema, required };
  if (how === 1) return { ...schema, required: [...required, name] };
  delete properties[name];
  if (how === 2) return { ...schema, properties, required };
  return { ...schema, properties: { ...properties, [name]: other } };
}
