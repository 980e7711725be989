import { isDeepStrictEqual } from 'node:util';

/**
 * The subset of JSON Schema that can be compared. A schema becomes a list of the shapes that a value may
 * have. `anyOf`, `oneOf`, `enum` and lists of types are alternatives in that list; a boolean is two
 * constants, `null` is one. Keywords outside the subset are refused, so that none is silently ignored.
 */
export type Shape =
  | { readonly kind: 'any' }
  | { readonly kind: 'constant'; readonly value: Scalar }
  | NumberShape
  | StringShape
  | ArrayShape
  | ObjectShape;

export type Scalar = string | number | boolean | null;

export interface NumberShape {
  readonly kind: 'number';
  readonly integer: boolean;
  readonly minimum: number;
  readonly maximum: number;
}

export interface StringShape {
  readonly kind: 'string';
  readonly minLength: number;
  readonly maxLength: number;
  readonly pattern: string | undefined;
  readonly format: string | undefined;
}

export interface ArrayShape {
  readonly kind: 'array';
  readonly items: readonly Shape[];
  readonly minItems: number;
  readonly maxItems: number;
}

export interface ObjectShape {
  readonly kind: 'object';
  readonly required: readonly string[];
  readonly properties: ReadonlyMap<string, readonly Shape[]>;
  /** The shape of undeclared properties; undefined if they are not allowed. */
  readonly rest: readonly Shape[] | undefined;
  /**
   * Whether the property names are data, as in a map: the schema declares none, or gives one schema for all.
   * Elsewhere `additionalProperties: true` only means that readers must accept newer writers.
   */
  readonly free: boolean;
  readonly cases: Cases | undefined;
}

/** Properties whose shapes depend on the value of one property: `allOf` of `if` a constant, `then`. */
export interface Cases {
  /** The name of that property. */
  readonly by: string;
  readonly of: ReadonlyMap<Scalar, ReadonlyMap<string, readonly Shape[]>>;
}

export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

interface ObjectKeywords {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema;
  readonly allOf?: readonly JsonSchema[];
}

const ANY: readonly Shape[] = [{ kind: 'any' }];
/** Keywords for people, which validators ignore. */
export const ANNOTATIONS = ['title', 'description', 'examples', 'deprecated', '$comment'];
const ROOT_ONLY = ['$schema', '$id', '$defs'];
const OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  null: [],
  boolean: [],
  integer: ['minimum', 'maximum'],
  number: ['minimum', 'maximum'],
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  array: ['items', 'minItems', 'maxItems'],
  object: ['properties', 'required', 'additionalProperties', 'allOf'],
};

/** The shapes that the schema allows. Throws, with the path, for keywords outside the subset. */
export function shapesOf(schema: JsonSchema): readonly Shape[] {
  return new Reader(schema).read(schema, '#', []);
}

class Reader {
  /** Each definition is read once; all references share its shapes. */
  private readonly definitions = new Map<string, readonly Shape[]>();

  constructor(private readonly root: JsonSchema) {}

  read(schema: JsonSchema, path: string, refs: readonly string[]): readonly Shape[] {
    if (schema === true) return ANY;
    if (schema === false)
      throw new Error(`${path}: a value that may not exist is not in the subset.`);
    const { $ref, enum: members, const: constant, anyOf, oneOf, type } = schema;
    const keywords = Object.keys(schema).filter(
      (k) => !(ANNOTATIONS.includes(k) || (path === '#' && ROOT_ONLY.includes(k))),
    );
    if (keywords.length === 0) return ANY;
    if ($ref !== undefined) {
      only(keywords, ['$ref'], path);
      return this.referred(String($ref), path, refs);
    }
    if (anyOf !== undefined || oneOf !== undefined) {
      only(keywords, [anyOf === undefined ? 'oneOf' : 'anyOf'], path);
      return this.union((anyOf ?? oneOf) as JsonSchema[], oneOf !== undefined, path, refs);
    }
    if (members !== undefined) {
      only(keywords, ['enum', 'type'], path);
      return (members as unknown[]).map((value) => constantOf(value, type, path));
    }
    if ('const' in schema) {
      only(keywords, ['const', 'type'], path);
      return [constantOf(constant, type, path)];
    }
    const types = typesOf(type, path);
    only(keywords, ['type', ...types.flatMap((name) => OF_TYPE[name] ?? [])], path);
    return types.flatMap((name) => this.ofType(name, schema, path, refs));
  }

  private referred(ref: string, path: string, refs: readonly string[]): readonly Shape[] {
    const known = this.definitions.get(ref);
    if (known) return known;
    const name = /^#\/\$defs\/([^/]+)$/.exec(ref)?.[1];
    const defs = (this.root as { $defs?: Record<string, JsonSchema> }).$defs;
    const target = name === undefined ? undefined : defs?.[name];
    if (target === undefined) throw new Error(`${path}: ${ref} is not in $defs of this schema.`);
    if (refs.includes(ref)) throw new Error(`${path}: ${ref} refers to itself.`);
    const shapes = this.read(target, ref, [...refs, ref]);
    this.definitions.set(ref, shapes);
    return shapes;
  }

  private union(
    branches: readonly JsonSchema[],
    exclusive: boolean,
    path: string,
    refs: readonly string[],
  ): readonly Shape[] {
    const read = branches.map((branch, i) => this.read(branch, `${path}(${i + 1})`, refs));
    if (exclusive) {
      const overlap = read.some((a, i) =>
        read.slice(i + 1).some((b) => !a.every((x) => b.every((y) => disjoint(x, y)))),
      );
      if (overlap) throw new Error(`${path}: branches of oneOf may overlap; say anyOf.`);
    }
    return read.flat();
  }

  private ofType(
    name: string,
    schema: Exclude<JsonSchema, boolean>,
    path: string,
    refs: readonly string[],
  ): readonly Shape[] {
    const number = (keyword: string, otherwise: number) =>
      (schema[keyword] as number | undefined) ?? otherwise;
    switch (name) {
      case 'null':
        return [{ kind: 'constant', value: null }];
      case 'boolean':
        return [
          { kind: 'constant', value: true },
          { kind: 'constant', value: false },
        ];
      case 'integer':
      case 'number': {
        const minimum = number('minimum', -Infinity);
        const maximum = number('maximum', Infinity);
        return [{ kind: 'number', integer: name === 'integer', minimum, maximum }];
      }
      case 'string': {
        const pattern = schema.pattern as string | undefined;
        const format = schema.format as string | undefined;
        const minLength = number('minLength', 0);
        const maxLength = number('maxLength', Infinity);
        return [{ kind: 'string', minLength, maxLength, pattern, format }];
      }
      case 'array': {
        const items = this.read((schema.items ?? true) as JsonSchema, `${path}/*`, refs);
        const minItems = number('minItems', 0);
        return [{ kind: 'array', items, minItems, maxItems: number('maxItems', Infinity) }];
      }
      default:
        return [this.object(schema, path, refs)];
    }
  }

  private object(
    schema: Exclude<JsonSchema, boolean>,
    path: string,
    refs: readonly string[],
  ): ObjectShape {
    const { required = [], additionalProperties: rest = true, allOf } = schema as ObjectKeywords;
    const declares = 'properties' in schema;
    const shape = {
      kind: 'object',
      required,
      properties: this.properties(schema, path, refs),
      rest: rest === false ? undefined : this.read(rest, `${path}/*`, refs),
      free: rest !== false && (!declares || rest !== true),
      cases: undefined,
    } as const;
    return allOf === undefined ? shape : { ...shape, cases: this.cases(allOf, shape, path, refs) };
  }

  private properties(
    schema: JsonSchema | undefined,
    path: string,
    refs: readonly string[],
  ): ReadonlyMap<string, readonly Shape[]> {
    const declared = Object.entries((schema as ObjectKeywords | undefined)?.properties ?? {});
    return new Map(declared.map(([name, of]) => [name, this.read(of, `${path}/${name}`, refs)]));
  }

  private cases(
    branches: readonly JsonSchema[],
    shape: ObjectShape,
    path: string,
    refs: readonly string[],
  ): Cases {
    const read = branches.map((branch, i) => {
      const { if: condition, then } = branch as { if?: JsonSchema; then?: JsonSchema };
      const place = `${path}(${i + 1})`;
      const told = [...this.properties(condition, place, refs)];
      const [[by, [constant]] = ['', []]] = told;
      const plain =
        told.length === 1 &&
        isDeepStrictEqual(new Set(Object.keys(branch)), new Set(['if', 'then'])) &&
        isDeepStrictEqual((condition as ObjectKeywords).required, [by]) &&
        shape.required.includes(by);
      if (!plain || constant?.kind !== 'constant') {
        throw new Error(
          `${place}: only if a required property has a constant, then can be compared.`,
        );
      }
      only(Object.keys(condition as object), ['type', 'required', 'properties'], place);
      only(Object.keys(then as object), ['type', 'properties'], place);
      return [by, constant.value, this.properties(then, place, refs)] as const;
    });
    const by = read[0]?.[0] ?? '';
    if (read.some(([other]) => other !== by))
      throw new Error(`${path}: cases by one property only.`);
    return { by, of: new Map(read.map(([, value, properties]) => [value, properties])) };
  }
}

function only(keywords: readonly string[], allowed: readonly string[], path: string): void {
  const others = keywords.filter((keyword) => !allowed.includes(keyword));
  if (others.length > 0) throw new Error(`${path}: ${others.join(', ')} cannot be compared here.`);
}

function typesOf(type: unknown, path: string): readonly string[] {
  const types = (Array.isArray(type) ? type : [type]) as unknown[];
  const known = types.filter((name) => typeof name === 'string' && name in OF_TYPE) as string[];
  if (known.length < types.length) throw new Error(`${path}: the type must be said.`);
  return known;
}

function constantOf(value: unknown, type: unknown, path: string): Shape {
  const scalar = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  if (!scalar) throw new Error(`${path}: only scalars can be constants.`);
  const name = value === null ? 'null' : typeof value;
  const types = Array.isArray(type) ? type : [type];
  const fits = types.includes(name) || (Number.isInteger(value) && types.includes('integer'));
  if (type !== undefined && !fits) {
    throw new Error(`${path}: ${String(value)} is not of the type beside it.`);
  }
  return { kind: 'constant', value: value as Scalar };
}

/** Whether no value can have both shapes; false also means "not proved". */
function disjoint(a: Shape, b: Shape): boolean {
  if (a.kind === 'any' || b.kind === 'any') return false;
  if (a.kind === 'constant' && b.kind === 'constant') return a.value !== b.value;
  if (jsonType(a) !== jsonType(b)) return true;
  if (a.kind !== 'object' || b.kind !== 'object') return false;
  return a.required.some((name) => {
    const one = a.properties.get(name);
    const other = b.required.includes(name) ? b.properties.get(name) : undefined;
    return one?.every((x) => other?.every((y) => disjoint(x, y)) ?? false) ?? false;
  });
}

function jsonType(shape: Shape): string {
  if (shape.kind !== 'constant') return shape.kind;
  return shape.value === null ? 'null' : typeof shape.value;
}
