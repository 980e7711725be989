import { REASON_LENGTH_MAX, REFERENCE_LENGTH_MAX } from '@daybook/domain';
import { ValidateBy, ValidateIf } from 'class-validator';
import { LOG_NAME, LOG_NAME_LENGTH_MAX } from './log-epochs';
import { POSITION, POSITION_LENGTH_MAX, POSITION_SENTENCE } from './positions';
import { parseTime, RFC_3339 } from './time';

// The fields of requests. One decorator both validates a field and gives its schema, so the two cannot differ.
// The API document describes a field by the comment of the same field in the request message.

interface FieldOptions {
  readonly optional?: boolean;
}

/** A field of a request class. */
export interface RequestField {
  readonly name: string;
  readonly required: boolean;
  /** JSON Schema of its values. */
  readonly schema: Readonly<Record<string, unknown>>;
}

type Dto = new () => object;

/** The fields of each request class with its inherited fields, which come first. By its prototype. */
const FIELDS = new Map<object, readonly RequestField[]>();
const ALTERNATIVES = new Map<object, readonly string[]>();

/** The fields of a request class, inherited fields first. */
export function fieldsOf({ prototype }: Dto): readonly RequestField[] {
  return fieldsOn(prototype);
}

function fieldsOn(prototype: object | null): readonly RequestField[] {
  if (prototype === null) return [];
  return FIELDS.get(prototype) ?? fieldsOn(Object.getPrototypeOf(prototype));
}

/** Declares that a request has exactly one of these optional fields. */
export function ExactlyOne(...names: readonly string[]): ClassDecorator {
  return (dto) => void ALTERNATIVES.set(dto, names);
}

/** The fields of which a request has exactly one; empty if the class declares none. */
export function exactlyOneOf(dto: Dto): readonly string[] {
  return ALTERNATIVES.get(dto) ?? [];
}

/** Fields that a request must have where another one of its fields has a certain value. */
export interface Requirement {
  readonly where: string;
  readonly is: string;
  readonly needs: readonly string[];
}

const REQUIREMENTS = new Map<object, readonly Requirement[]>();

/** Declares fields that are optional but where another field has this value. */
export function Requires(...requirements: readonly Requirement[]): ClassDecorator {
  return (dto) => void REQUIREMENTS.set(dto, requirements);
}

/** What the class declares with `Requires`. */
export function requirementsOf(dto: Dto): readonly Requirement[] {
  return REQUIREMENTS.get(dto) ?? [];
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
  const type = nullable ? ['string', 'null'] : 'string';
  const schema = { type, minLength: min, maxLength: max, pattern: '^[^\\u0000]*$' };
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
    readonly max: number;
    readonly format?: string;
  },
): PropertyDecorator {
  const { pattern, sentence, max, format, ...rest } = options;
  const named = format === undefined ? {} : { format };
  const schema = { type: 'string', pattern: pattern.source, maxLength: max, ...named };
  return field(rest, schema, 'pattern', sentence, (value) => {
    const isText = typeof value === 'string' && value.length <= max;
    return isText && pattern.test(value) && isStorable(value);
  });
}

/** A whole number; a number in JSON. */
export function IntegerField(
  options: FieldOptions & { readonly min: number; readonly max: number },
): PropertyDecorator {
  const { min, max, ...rest } = options;
  const schema = { type: 'integer', minimum: min, maximum: max };
  const holds = (value: unknown) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
  return field(rest, schema, 'integer', `must be a whole number from ${min} to ${max}.`, holds);
}

/** One of a closed list of words. */
export function ChoiceField(
  choices: readonly string[],
  options: FieldOptions = {},
): PropertyDecorator {
  const schema = { type: 'string', enum: choices };
  const holds = (value: unknown) => choices.includes(value as string);
  const sentence = `must be one of ${choices.join(', ')}.`;
  return field(options, schema, 'choice', sentence, holds);
}

/** A list of distinct words from a closed list. */
export function ChoicesField(
  choices: readonly string[],
  options: FieldOptions = {},
): PropertyDecorator {
  const items = { type: 'string', enum: choices };
  const schema = { type: 'array', items, uniqueItems: true, maxItems: choices.length };
  const sentence = `must be a list without repeats of ${choices.join(', ')}.`;
  const holds = (value: unknown) =>
    Array.isArray(value) &&
    new Set(value).size === value.length &&
    value.every((word) => choices.includes(word));
  return field(options, schema, 'choices', sentence, holds);
}

/** An id of this API: a UUID in lower case. */
export const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The error sentence for an invalid id. */
const ID_SENTENCE = 'must be a UUID in lower case, such as 3f2a6c1e-5b7d-5e0f-9a41-2c8d7e6b5a40.';

/** An id. */
export function IdField(options: FieldOptions = {}): PropertyDecorator {
  const id = { pattern: ID, sentence: ID_SENTENCE, format: 'uuid', max: 36 };
  return PatternField({ ...id, ...options });
}

const CHAIN_LENGTH_MAX = 41;

/** The CAIP-2 id of a chain, optional unless it is said to be not. */
export function ChainField({ optional = true }: FieldOptions = {}): PropertyDecorator {
  return PatternField({
    pattern: /^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/,
    max: CHAIN_LENGTH_MAX,
    sentence: 'must be a CAIP-2 id, such as eip155:1.',
    optional,
  });
}

/** The hash of a transaction, in the form of any family. */
export function TransactionField(options: FieldOptions = {}): PropertyDecorator {
  return PatternField({
    pattern: /^(0x)?[0-9a-fA-F]{64}$/,
    max: 66,
    sentence:
      'must be the hash of a transaction: 64 hexadecimal digits, with 0x on EVM chains and without on TRON.',
    ...options,
  });
}

/** The reason. Every command of an operator has one. */
export function ReasonField(): PropertyDecorator {
  return PatternField({
    // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL cannot be stored.
    pattern: /^[^\u0000]*[^\s\u0000][^\u0000]*$/,
    max: REASON_LENGTH_MAX,
    sentence: `must say why, in 1 to ${REASON_LENGTH_MAX} characters without NUL.`,
  });
}

/** An operator's own name for an act. */
export function ReferenceField(): PropertyDecorator {
  return PatternField({
    pattern: /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/,
    max: REFERENCE_LENGTH_MAX,
    sentence: `must name the act in 1 to ${REFERENCE_LENGTH_MAX} ASCII characters, such as case-1742.`,
  });
}

/** A position of the event log, always optional. */
export function PositionField(): PropertyDecorator {
  const position = { pattern: POSITION, max: POSITION_LENGTH_MAX, sentence: POSITION_SENTENCE };
  return PatternField({ ...position, optional: true });
}

/** Log and epoch of a position, always optional. */
export function LogField(): PropertyDecorator {
  return PatternField({
    pattern: LOG_NAME,
    max: LOG_NAME_LENGTH_MAX,
    sentence: 'must be the log of an earlier answer, unchanged.',
    optional: true,
  });
}

/** An RFC 3339 time from 1970 to 9999. */
export function TimeField(options: FieldOptions): PropertyDecorator {
  const schema = { type: 'string', format: 'date-time', maxLength: 40, pattern: RFC_3339.source };
  const sentence =
    'must be an RFC 3339 time from 1970 on with its offset, such as 2026-01-31T12:00:00Z.';
  return field(options, schema, 'time', sentence, isTime);
}

/** A position of the event log or an RFC 3339 time. */
export function MomentField(options: FieldOptions): PropertyDecorator {
  const time = { pattern: RFC_3339.source, format: 'date-time' };
  const letters = { type: 'string', maxLength: 40, pattern: '^[0-9TZ:.+-]+$' };
  const schema = { ...letters, oneOf: [{ pattern: POSITION.source }, time] };
  const sentence =
    'must be a position such as 42 or an RFC 3339 time such as 2026-01-31T12:00:00Z.';
  const isPosition = (value: unknown) => typeof value === 'string' && POSITION.test(value);
  return field(options, schema, 'moment', sentence, (value) => isPosition(value) || isTime(value));
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && parseTime(value) !== null;
}

function field(
  { optional = false }: FieldOptions,
  schema: Readonly<Record<string, unknown>>,
  rule: string,
  sentence: string,
  holds: (value: unknown) => boolean,
): PropertyDecorator {
  const validate = ValidateBy({
    name: rule,
    validator: { validate: holds, defaultMessage: (args) => `${args?.property} ${sentence}` },
  });
  return (prototype, property) => {
    // An optional field may be absent; JSON null is a value like any other.
    if (optional) ValidateIf((_, value) => value !== undefined)(prototype, property);
    validate(prototype, property);
    const added = { name: String(property), required: !optional, schema };
    FIELDS.set(prototype, [...fieldsOn(prototype), added]);
  };
}
