import { REASON_LENGTH_MAX } from '@daybook/domain';
import { ValidateBy, ValidateIf } from 'class-validator';
import { POSITION, POSITION_LENGTH_MAX, POSITION_SENTENCE } from './positions';
import { parseTime, RFC_3339 } from './time';

/**
 * A field of a request. One decorator both validates and documents it, so the two cannot differ.
 */
interface FieldOptions {
  readonly description: string;
  readonly example?: unknown;
  readonly optional?: boolean;
}

/** A field of a request class, as validation, documentation and gRPC translation use it. */
export interface RequestField {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly example?: unknown;
  /** JSON Schema of its values. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** The closed list of words that it accepts; null if there is none. */
  readonly choices: readonly string[] | null;
}

type Dto = new () => object;

const FIELDS = Symbol('The fields of a request class');
const EXACTLY_ONE = Symbol('Fields of which exactly one is sent');

/** The fields of a request class, inherited fields first. */
export function fieldsOf(dto: Dto): readonly RequestField[] {
  const fields = new Map<string, RequestField>();
  for (let type = dto.prototype; type !== Object.prototype; type = Object.getPrototypeOf(type)) {
    const own: readonly RequestField[] = Reflect.getOwnMetadata(FIELDS, type) ?? [];
    for (const field of own.toReversed())
      if (!fields.has(field.name)) fields.set(field.name, field);
  }
  return [...fields.values()].reverse();
}

/** Declares that a request has exactly one of these optional fields. */
export function ExactlyOne(...names: readonly string[]): ClassDecorator {
  return (dto) => Reflect.defineMetadata(EXACTLY_ONE, names, dto);
}

/** The fields of which a request has exactly one; empty if the class declares none. */
export function exactlyOneOf(dto: Dto): readonly string[] {
  return Reflect.getMetadata(EXACTLY_ONE, dto) ?? [];
}

/** PostgreSQL cannot store NUL, and half a surrogate pair is not a character. */
const HALF_A_CHARACTER = /\p{Surrogate}/u;
const isStorable = (text: string) => !text.includes('\0') && !HALF_A_CHARACTER.test(text);

/** Free text of `min` to `max` UTF-16 code units. `nullable` fields may be JSON null. */
export function TextField(
  options: FieldOptions & {
    readonly min?: number;
    readonly max: number;
    readonly nullable?: boolean;
  },
): PropertyDecorator {
  const { min = 1, max, nullable = false, ...rest } = options;
  const pattern = '^[^\\u0000]*$';
  const schema = { type: 'string', minLength: min, maxLength: max, pattern, nullable } as const;
  const holds = (value: unknown) =>
    typeof value === 'string' && value.length >= min && value.length <= max && isStorable(value);
  const sentence = `must be text of ${min} to ${max} characters without NUL${nullable ? ', or null' : ''}.`;
  return field(rest, schema, 'text', sentence, (value) =>
    value === null ? nullable : holds(value),
  );
}

/** Text that matches a pattern. The sentence says what is valid, with an example. */
export function PatternField(
  options: FieldOptions & {
    readonly pattern: RegExp;
    readonly sentence: string;
    readonly format?: string;
    readonly max: number;
  },
): PropertyDecorator {
  const { pattern, sentence, format, max, ...rest } = options;
  const schema = {
    type: 'string',
    pattern: pattern.source,
    maxLength: max,
    ...(format !== undefined && { format }),
  } as const;
  return field(rest, schema, 'pattern', sentence, (value) => {
    return typeof value === 'string' && value.length <= max && pattern.test(value);
  });
}

/** A whole number; a number in JSON. */
export function IntegerField(
  options: FieldOptions & { readonly min: number; readonly max: number },
): PropertyDecorator {
  const { min, max, ...rest } = options;
  const schema = { type: 'integer', minimum: min, maximum: max } as const;
  const holds = (value: unknown) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
  return field(rest, schema, 'integer', `must be a whole number from ${min} to ${max}.`, holds);
}

/** One of a closed list of words. */
export function ChoiceField(
  options: FieldOptions & { readonly choices: readonly string[] },
): PropertyDecorator {
  const { choices, ...rest } = options;
  const schema = { type: 'string', enum: [...choices] } as const;
  const holds = (value: unknown) => choices.includes(value as string);
  return field(rest, schema, 'choice', `must be one of ${choices.join(', ')}.`, holds, choices);
}

/** A list of distinct words from a closed list. */
export function ChoicesField(
  options: FieldOptions & { readonly choices: readonly string[] },
): PropertyDecorator {
  const { choices, ...rest } = options;
  const schema = {
    type: 'array',
    items: { type: 'string', enum: [...choices] },
    uniqueItems: true,
    maxItems: choices.length,
  } as const;
  const sentence = `must be a list without repeats of ${choices.join(', ')}.`;
  const holds = (value: unknown) =>
    Array.isArray(value) &&
    new Set(value).size === value.length &&
    value.every((word) => choices.includes(word));
  return field(rest, schema, 'choices', sentence, holds, choices);
}

/** An id of this API: a UUID in lower case. */
export const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The error sentence for an invalid id. */
export const ID_SENTENCE =
  'must be a UUID in lower case, such as 3f2a6c1e-5b7d-5e0f-9a41-2c8d7e6b5a40.';

/** An id. */
export function IdField(options: FieldOptions): PropertyDecorator {
  return PatternField({
    pattern: ID,
    sentence: ID_SENTENCE,
    format: 'uuid',
    max: 36,
    ...options,
  });
}

/** The reason. Every command of an operator has one. */
export function ReasonField(): PropertyDecorator {
  return PatternField({
    pattern: /\S/,
    max: REASON_LENGTH_MAX,
    sentence: `must say why, in 1 to ${REASON_LENGTH_MAX} characters.`,
    description: 'The reason; it is kept as evidence.',
    example: 'Requested by the merchant, case 1234',
  });
}

/** A position of the log. */
export function PositionField(
  options: Pick<FieldOptions, 'description' | 'example'>,
): PropertyDecorator {
  return PatternField({
    pattern: POSITION,
    max: POSITION_LENGTH_MAX,
    sentence: POSITION_SENTENCE,
    example: '42',
    optional: true,
    ...options,
  });
}

/** An RFC 3339 time from 1970 to 9999. */
export function TimeField(options: FieldOptions): PropertyDecorator {
  const pattern = RFC_3339.source;
  const schema = { type: 'string', format: 'date-time', maxLength: 40, pattern } as const;
  return field(
    options,
    schema,
    'time',
    'must be an RFC 3339 time from 1970 on with its offset, such as 2026-01-31T12:00:00Z.',
    (v) => {
      return typeof v === 'string' && parseTime(v) !== null;
    },
  );
}

/** A position of the log or an RFC 3339 time. */
export function MomentField(options: FieldOptions): PropertyDecorator {
  const schema = {
    type: 'string',
    maxLength: 40,
    oneOf: [{ pattern: POSITION.source }, { pattern: RFC_3339.source, format: 'date-time' }],
  } as const;
  const sentence =
    'must be a position such as 42 or an RFC 3339 time such as 2026-01-31T12:00:00Z.';
  return field(options, schema, 'moment', sentence, (value) => {
    return typeof value === 'string' && (POSITION.test(value) || parseTime(value) !== null);
  });
}

function field(
  { description, example, optional = false }: FieldOptions,
  schema: Readonly<Record<string, unknown>>,
  name: string,
  sentence: string,
  holds: (value: unknown) => boolean,
  choices: readonly string[] | null = null,
): PropertyDecorator {
  const validate = ValidateBy({
    name,
    validator: { validate: holds, defaultMessage: (args) => `${args?.property} ${sentence}` },
  });
  return (prototype, property) => {
    // An optional field may be absent; JSON null is a value like any other.
    if (optional) ValidateIf((_, value) => value !== undefined)(prototype, property);
    validate(prototype, property);
    const own: readonly RequestField[] = Reflect.getOwnMetadata(FIELDS, prototype) ?? [];
    const added: RequestField = {
      name: String(property),
      ...{ description, schema, choices, required: !optional },
      ...(example !== undefined && { example }),
    };
    Reflect.defineMetadata(FIELDS, [...own, added], prototype);
  };
}
