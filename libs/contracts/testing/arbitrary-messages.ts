import * as fc from 'fast-check';
import { inCase } from './compatibility';
import type { ObjectShape, Shape, StringShape } from './shapes';

/** The most entries of a free-form object or an unlimited list. */
const ENTRIES_MAX = 4;

/** Messages as writers of a schema send them: with declared properties and known cases. */
export function arbitraryMessage(shapes: readonly Shape[]): fc.Arbitrary<unknown> {
  return fc.oneof(...shapes.map(arbitraryOf));
}

function arbitraryOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'any':
      return fc.jsonValue({ maxDepth: 1 });
    case 'constant':
      return fc.constant(shape.value);
    case 'number': {
      const min = Math.max(shape.minimum, Number.MIN_SAFE_INTEGER);
      const max = Math.min(shape.maximum, Number.MAX_SAFE_INTEGER);
      if (shape.integer) return fc.integer({ min, max });
      return fc.double({ min, max, noNaN: true, noDefaultInfinity: true });
    }
    case 'string':
      return arbitraryString(shape);
    case 'array': {
      const maxLength = Math.min(shape.maxItems, shape.minItems + ENTRIES_MAX);
      return fc.array(arbitraryMessage(shape.items), { minLength: shape.minItems, maxLength });
    }
    case 'object': {
      const { cases } = shape;
      if (cases === undefined) return arbitraryObject(shape);
      const values = [...cases.of.keys()];
      return fc.oneof(...values.map((value) => arbitraryObject(inCase(shape, cases.by, value))));
    }
  }
}

function arbitraryString({ pattern, format, minLength, maxLength }: StringShape) {
  const long = (text: string) => text.length >= minLength && text.length <= maxLength;
  if (format === 'uuid') return fc.uuid().filter(long);
  if (format === 'date-time') {
    // Four-digit years: others are not RFC 3339.
    const [min, max] = [new Date('0001-01-01T00:00:00Z'), new Date('9999-12-31T00:00:00Z')];
    return fc
      .date({ min, max, noInvalidDate: true })
      .map((date) => date.toISOString())
      .filter(long);
  }
  if (format !== undefined) throw new Error(`No messages can be made of the format ${format}.`);
  if (pattern === undefined) {
    return fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 100) });
  }
  return matching(pattern).filter(long);
}

const MATCHING = new Map<string, fc.Arbitrary<string>>();

/** Made once for each pattern: hundreds of properties have the same few, and one takes milliseconds to make. */
function matching(pattern: string): fc.Arbitrary<string> {
  const known = MATCHING.get(pattern) ?? fc.stringMatching(new RegExp(pattern, 'u'));
  MATCHING.set(pattern, known);
  return known;
}

function arbitraryObject(shape: ObjectShape): fc.Arbitrary<unknown> {
  const bare = shape.required.filter((name) => !shape.properties.has(name));
  const anything: readonly Shape[] = [{ kind: 'any' }];
  const named = fc.record(
    Object.fromEntries(
      [...shape.properties, ...bare.map((name) => [name, shape.rest ?? anything] as const)].map(
        ([name, of]) => [name, arbitraryMessage(of)],
      ),
    ),
    { requiredKeys: [...shape.required], noNullPrototype: true },
  );
  if (!shape.free || shape.rest === undefined) return named;
  // One letter, so that it sometimes equals a name that another schema declares.
  const word = matching('^[a-f]$');
  const others = fc.dictionary(word, arbitraryMessage(shape.rest), {
    maxKeys: ENTRIES_MAX,
    noNullPrototype: true,
  });
  return fc.tuple(others, named).map(([other, own]) => ({ ...without(other, shape), ...own }));
}

function without(entries: Readonly<Record<string, unknown>>, { properties }: ObjectShape) {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => !properties.has(name)));
}
