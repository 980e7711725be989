import type {
  ArrayShape,
  JsonSchema,
  NumberShape,
  ObjectShape,
  Scalar,
  Shape,
  StringShape,
} from './shapes';
import { shapesOf } from './shapes';

/**
 * Decides whether two versions of a schema are FULL-compatible: readers of each accept every message that
 * writers of the other produce. With every released version this is what schema registries call
 * FULL_TRANSITIVE. Replayed topics need it (new readers, old messages), and so do rolling updates (old
 * readers, new messages).
 *
 * The rules follow from JSON Schema (draft 2020-12, validation), with one convention: **a writer sends only
 * the properties that its schema declares, a reader accepts others**. By JSON Schema alone, an open object
 * could have had any value under the name of a later property, so no property could ever be added. With
 * the convention an optional property may be added and removed. The comparison with *all* released
 * versions makes sure that a name keeps its meaning for ever.
 *
 * | change | why it is refused |
 * |---|---|
 * | a required property added, an optional one made required | older writers omit it |
 * | a required property removed, or made optional | older readers require it |
 * | type, `enum`, `const`, `pattern`, `format` or a limit changed, either way | one side allows more than the other |
 * | an alternative of a union, or `null`, added or removed | as an `enum` member |
 * | an undeclared property refused (`additionalProperties: false`) that the other side declares | it is sent |
 * | properties declared in what was a free-form object, or the reverse | anything may have been sent |
 *
 * The same convention holds for cases (`if` a property has a value, `then`): a writer sends only values for
 * which its schema has a case, a reader accepts others. So a case may be added but never changed.
 *
 * Two different patterns count as incompatible even if they accept the same strings. A keyword outside the
 * subset of `shapes.ts` is an error.
 */
export function incompatibilities(older: JsonSchema, newer: JsonSchema): readonly string[] {
  const [before, after] = [shapesOf(older), shapesOf(newer)];
  return [
    ...refusals(after, before, '').map((what) => `new readers, old messages: ${what}`),
    ...refusals(before, after, '').map((what) => `old readers, new messages: ${what}`),
  ];
}

/** Why a reader of `reader` could refuse a message from a writer of `writer`. */
export function refusals(
  reader: readonly Shape[],
  writer: readonly Shape[],
  path: string,
): readonly string[] {
  return writer.flatMap((sent) => {
    const answers = reader.map((accepted) => ({ accepted, found: compare(accepted, sent, path) }));
    if (answers.some(({ found }) => found.length === 0)) return [];
    const alike = answers.filter(({ accepted }) => accepted.kind === sent.kind && isDeep(accepted));
    return alike.length > 0
      ? alike.flatMap(({ found }) => found)
      : [`${path || '/'}: ${describe(sent)} is not accepted`];
  });
}

function isDeep(shape: Shape): boolean {
  return shape.kind !== 'constant' && shape.kind !== 'any';
}

function compare(reader: Shape, writer: Shape, path: string): readonly string[] {
  const place = path || '/';
  if (reader.kind === 'any') return [];
  if (writer.kind === 'constant') {
    return fits(reader, writer.value) ? [] : [`${place}: ${describe(writer)} is not accepted`];
  }
  if (reader.kind === 'number' && writer.kind === 'number') return numbers(reader, writer, place);
  if (reader.kind === 'string' && writer.kind === 'string') return strings(reader, writer, place);
  if (reader.kind === 'array' && writer.kind === 'array') return arrays(reader, writer, path);
  if (reader.kind === 'object' && writer.kind === 'object') return byCase(reader, writer, path);
  return [`${place}: ${describe(writer)} is not accepted`];
}

/** Whether a reader certainly accepts one value. Formats are not checked, so they count as refusals. */
function fits(reader: Shape, value: string | number | boolean | null): boolean {
  if (reader.kind === 'constant') return reader.value === value;
  if (reader.kind === 'number') {
    if (typeof value !== 'number' || (reader.integer && !Number.isInteger(value))) return false;
    return reader.minimum <= value && value <= reader.maximum;
  }
  if (reader.kind !== 'string' || typeof value !== 'string') return false;
  const length = [...value].length;
  const { minLength, maxLength, pattern, format } = reader;
  if (length < minLength || length > maxLength || format !== undefined) return false;
  return pattern === undefined || new RegExp(pattern, 'u').test(value);
}

function numbers(reader: NumberShape, writer: NumberShape, place: string): readonly string[] {
  return [
    ...(reader.integer && !writer.integer ? [`${place}: fractions are not accepted`] : []),
    ...range(reader.minimum, reader.maximum, writer.minimum, writer.maximum, place, 'value'),
  ];
}

function strings(reader: StringShape, writer: StringShape, place: string): readonly string[] {
  const { pattern, format } = reader;
  return [
    ...range(
      reader.minLength,
      reader.maxLength,
      writer.minLength,
      writer.maxLength,
      place,
      'length',
    ),
    ...(pattern === undefined || pattern === writer.pattern
      ? []
      : [`${place}: only the pattern ${pattern} is accepted`]),
    ...(format === undefined || format === writer.format
      ? []
      : [`${place}: only the format ${format} is accepted`]),
  ];
}

function arrays(reader: ArrayShape, writer: ArrayShape, path: string): readonly string[] {
  return [
    ...range(
      reader.minItems,
      reader.maxItems,
      writer.minItems,
      writer.maxItems,
      path || '/',
      'number of items',
    ),
    ...refusals(reader.items, writer.items, `${path}/*`),
  ];
}

function byCase(reader: ObjectShape, writer: ObjectShape, path: string): readonly string[] {
  const cases = writer.cases ?? reader.cases;
  if (cases === undefined) return objects(reader, writer, path);
  if (reader.cases && reader.cases.by !== cases.by) {
    return [`${path || '/'}: tells its cases by ${reader.cases.by}, no longer by ${cases.by}`];
  }
  const told = [...cases.of].flatMap(([value, names]) => {
    const sent = inCase(writer, cases.by, value);
    const at = (name: string) =>
      name === cases.by || names.has(name) ? `${path}[${String(value)}]` : path;
    const properties = reader.cases?.of.get(value) ?? new Map();
    const special: ObjectShape = { ...reader, required: [], properties, rest: [{ kind: 'any' }] };
    return [...objects(reader, sent, path, at), ...objects(special, sent, path, at)];
  });
  return [...new Set(writer.cases ? told : [...objects(reader, writer, path), ...told])];
}

/** The shape of messages in which the property `by` has this value. */
export function inCase(shape: ObjectShape, by: string, value: Scalar): ObjectShape {
  const told: readonly Shape[] = [{ kind: 'constant', value }];
  const special = shape.cases?.of.get(value) ?? [];
  const properties = new Map([...shape.properties, ...special, [by, told] as const]);
  return { ...shape, cases: undefined, properties };
}

function objects(
  reader: ObjectShape,
  writer: ObjectShape,
  path: string,
  at: (name: string) => string = () => path,
): readonly string[] {
  const missing = reader.required.filter((name) => !writer.required.includes(name));
  return [
    ...missing.map((name) => `${path}/${name}: may be left out, but is required`),
    ...[...sentBy(writer)].flatMap(([name, sent]) => {
      const accepted = reader.properties.get(name) ?? reader.rest;
      const place = `${at(name)}/${name}`;
      return accepted ? refusals(accepted, sent, place) : [`${place}: is sent, but refused`];
    }),
    ...undeclared(reader, writer, path),
  ];
}

/** The properties that a writer sends: the declared ones, and required ones of any shape. */
function sentBy(writer: ObjectShape): ReadonlyMap<string, readonly Shape[]> {
  const bare = writer.required.filter((name) => !writer.properties.has(name));
  const anything: readonly Shape[] = writer.rest ?? [{ kind: 'any' }];
  return new Map([...writer.properties, ...bare.map((name) => [name, anything] as const)]);
}

/** Refusals of properties that the writer does not declare. Only a map has such properties. */
function undeclared(reader: ObjectShape, writer: ObjectShape, path: string): readonly string[] {
  if (!writer.free || writer.rest === undefined) return [];
  const { rest } = writer;
  const named = [...reader.properties].filter(([name]) => !writer.properties.has(name));
  return [
    ...named.flatMap(([name, accepted]) => refusals(accepted, rest, `${path}/${name}`)),
    ...(reader.rest === undefined
      ? [`${path}/*: undeclared properties are refused`]
      : refusals(reader.rest, rest, `${path}/*`)),
  ];
}

function range(
  low: number,
  high: number,
  sentLow: number,
  sentHigh: number,
  place: string,
  what: string,
): readonly string[] {
  return [
    ...(sentLow < low ? [`${place}: a ${what} below ${low} is not accepted`] : []),
    ...(sentHigh > high ? [`${place}: a ${what} above ${high} is not accepted`] : []),
  ];
}

function describe(shape: Shape): string {
  if (shape.kind === 'constant') return JSON.stringify(shape.value);
  return shape.kind === 'any' ? 'anything' : `a value of type ${shape.kind}`;
}
