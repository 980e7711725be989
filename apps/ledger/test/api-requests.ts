import fc from 'fast-check';
import type { ApiDocument, Operation, Parameter, Schema } from './api-document';

/** A request that an operation may or may not accept. */
export interface ApiRequest {
  readonly path: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Longer texts than this are made at the limits only. */
const TEXT_MAX = 40;

/** Values that mean something on this service, so that some requests get further than the door. */
export interface Known {
  readonly ids: readonly string[];
  readonly texts: Readonly<Record<string, readonly string[]>>;
}

/**
 * Requests to an operation: what the document allows, and the same with a part replaced by something
 * else. Whether a request is right is for the document to say, not for its maker.
 */
export function requestsTo(
  document: ApiDocument,
  operation: Operation,
  known: Known,
): fc.Arbitrary<ApiRequest> {
  const parametersIn = (place: Parameter['in']) =>
    operation.parameters.filter((parameter) => parameter.in === place);
  const path = fc.record(
    Object.fromEntries(
      parametersIn('path').map(({ name }) => [
        name,
        mostly(
          fc.oneof(
            { weight: 4, arbitrary: fc.constantFrom(...(known.texts[name] ?? known.ids)) },
            { weight: 1, arbitrary: fc.constantFrom(...known.ids) },
          ),
          fc.oneof(fc.uuid(), STRANGE_TEXT),
        ),
      ]),
    ),
  );
  const query = fc
    .tuple(
      ...parametersIn('query').map(({ name, schema }) => {
        const right = fc.oneof(
          ofSchema(document, schema) as fc.Arbitrary<string>,
          fc.constantFrom(...(known.texts[name] ?? ['x'])),
        );
        const value = mostly(right, STRANGE_TEXT);
        return fc.option(
          value.map((text) => [name, text] as const),
          { freq: 2 },
        );
      }),
      // A parameter that nobody knows, or one that is repeated.
      seldom(fc.tuple(fc.constantFrom('x', 'limit', '__proto__', 'minPosition'), STRANGE_TEXT)),
    )
    .map((pairs) => pairs.flatMap((pair) => (pair === null ? [] : [pair as [string, string]])));
  const bodySchema = operation.requestBody?.content?.['application/json']?.schema;
  const body =
    bodySchema === undefined ? fc.constant(undefined) : bodies(document, bodySchema, known);
  const headers = fc
    .record(
      Object.fromEntries(
        // An invalid id of a request is replaced, and a tag that cannot be read is none: neither is refused.
        parametersIn('header')
          .filter(({ name }) => name !== 'X-Request-Id' && name !== 'If-None-Match')
          .map(({ name, schema }) => {
            const meaningful = fc.constantFrom(...(known.texts[name] ?? ['x']));
            const right = ofSchema(document, schema) as fc.Arbitrary<string>;
            return [name.toLowerCase(), seldom(fc.oneof(meaningful, right, strangeHeader()))];
          }),
      ),
    )
    .map(withoutNull);
  return fc.record({ path, query, headers, body });
}

function bodies(document: ApiDocument, schema: Schema, known: Known): fc.Arbitrary<unknown> {
  const right = ofSchema(document, schema) as fc.Arbitrary<Record<string, unknown>>;
  const meaningful = fc.record(
    Object.fromEntries(
      Object.entries(known.texts).map(([name, texts]) => [name, fc.constantFrom(...texts)]),
    ),
  );
  const named = fc.tuple(right, meaningful).map(([body, texts]) => {
    const replaced = Object.entries(texts).filter(([name]) => name in body);
    return { ...body, ...Object.fromEntries(replaced) };
  });
  const damaged = fc
    .tuple(right, fc.nat(), fc.jsonValue({ maxDepth: 3 }))
    .map(([body, at, value]) => {
      const names = Object.keys(body);
      const name = names[at % Math.max(1, names.length)];
      return name === undefined ? value : { ...body, [name]: value };
    });
  const lessOne = fc.tuple(right, fc.nat()).map(([body, at]) => {
    const names = Object.keys(body);
    const { [names[at % Math.max(1, names.length)] ?? '']: _, ...rest } = body;
    return rest;
  });
  const oneMore = fc
    .tuple(right, fc.string({ maxLength: 12 }), fc.jsonValue({ maxDepth: 1 }))
    .map(([body, name, value]) => ({ ...body, [name]: value }));
  const textReplaced = fc.tuple(right, fc.nat(), STRANGE_TEXT).map(([body, at, text]) => {
    const names = Object.keys(body);
    const name = names[at % Math.max(1, names.length)];
    return name === undefined ? body : { ...body, [name]: text };
  });
  return fc.oneof(
    { weight: 4, arbitrary: right },
    { weight: 3, arbitrary: named },
    { weight: 2, arbitrary: damaged },
    { weight: 2, arbitrary: textReplaced },
    { weight: 1, arbitrary: lessOne },
    { weight: 1, arbitrary: oneMore },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  );
}

/** Values that a schema allows. Knows the part of JSON Schema that requests of this API use. */
function ofSchema(document: ApiDocument, given: Schema): fc.Arbitrary<unknown> {
  const schema = document.resolve(given);
  if (schema.allOf !== undefined && schema.properties === undefined)
    return ofSchema(document, schema.allOf[0] ?? {});
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const types = [schema.type ?? 'object'].flat();
  if (types.includes('object')) {
    const properties = Object.entries(schema.properties ?? {});
    const arbitraries: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(
      properties.map(([name, inner]) => [name, ofSchema(document, inner)]),
    );
    return fc.record(arbitraries, { requiredKeys: [...(schema.required ?? [])] });
  }
  if (types.includes('array')) {
    const items = ofSchema(document, schema.items ?? {});
    return fc.uniqueArray(items, { maxLength: schema.maxItems ?? 3 });
  }
  const text =
    schema.oneOf === undefined
      ? textOf(schema)
      : fc.oneof(...schema.oneOf.map((one) => textOf(one)));
  return types.includes('null') ? fc.option(text) : text;
}

function textOf({ pattern, minLength = 0, maxLength = TEXT_MAX }: Schema): fc.Arbitrary<string> {
  const longest = 'x'.repeat(maxLength);
  const max = Math.min(maxLength, TEXT_MAX);
  const free = fc.string({ unit: 'grapheme', minLength, maxLength: max });
  if (pattern === undefined || pattern.includes('u0000')) {
    return fc.oneof({ weight: 9, arbitrary: free }, { weight: 1, arbitrary: fc.constant(longest) });
  }
  return fc.stringMatching(new RegExp(pattern)).filter((text) => text.length <= maxLength);
}

/** Text that somebody sends by mistake or by malice. Made once: fast-check cuts each text into its characters. */
const STRANGE_TEXT: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: TEXT_MAX }),
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\ud800',
    '0',
    '-1',
    '1e309',
    '9'.repeat(30),
    'null',
    'undefined',
    '[object Object]',
    "' OR '1'='1",
    '"; DROP TABLE ledger.customer; --',
    '../../etc/passwd',
    '%00',
    '%',
    '#{7*7}',
    '<script>alert(1)</script>',
    '__proto__',
    'x'.repeat(2_000),
    '2026-02-30T00:00:00Z',
    '0x0000000000000000000000000000000000000000',
  ),
);

function strangeHeader(): fc.Arbitrary<string> {
  // Blanks around a header are not a part of it.
  const visible = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, '?').trim();
  return fc.string({ maxLength: 300 }).map(visible);
}

function mostly<T>(usual: fc.Arbitrary<T>, strange: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: strange });
}

function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: arbitrary as fc.Arbitrary<T | null> },
  );
}

function withoutNull(headers: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}
