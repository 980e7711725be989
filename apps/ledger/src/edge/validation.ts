import { type ValidationError, validateSync } from 'class-validator';
import { exactlyOneOf, fieldsOf, type Requirement, requirementsOf } from './fields';
import { type Fault, Problem } from './problem';

type Dto<T extends object> = new () => T;

/** The values of a request, by place. */
export interface RequestParts {
  /** The variables of the path. */
  readonly path: Readonly<Record<string, unknown>>;
  readonly place: 'body' | 'query';
  /** The body or the query. */
  readonly fields: unknown;
}

/**
 * Checks a request against its class. Nothing is converted: a number where text is documented is a bug of
 * the client, so it is reported. Unknown fields are refused. Refuses with `validation-failed` and lists
 * every fault.
 */
export function validated<T extends object>(dto: Dto<T>, { path, place, fields }: RequestParts): T {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    const detail = `The ${place} must be a JSON object.`;
    throw invalid([{ in: place, pointer: '', code: 'object', detail }]);
  }
  const names = fieldsOf(dto).map(({ name }) => name);
  const known = names.filter((name) => !Object.hasOwn(path, name));
  const request = Object.assign(new dto(), path);
  const faults: Fault[] = [];
  for (const [name, given] of Object.entries(fields)) {
    if (known.includes(name)) Object.assign(request, { [name]: given });
    else faults.push(unknownField(name, place, known));
  }
  const errors = validateSync(request, {
    // A class without rules would otherwise refuse every value.
    forbidUnknownValues: names.length > 0,
    stopAtFirstError: true,
  });
  for (const error of errors) {
    faults.push(faultOf(error, Object.hasOwn(path, error.property) ? 'path' : place));
  }
  if (faults.length === 0) faults.push(...notExactlyOne(exactlyOneOf(dto), fields, place));
  for (const requirement of requirementsOf(dto)) faults.push(...unmet(requirement, request, place));
  if (faults.length > 0) throw invalid(faults.slice(0, FAULTS_SHOWN_MAX));
  return request;
}

/** Bounds the size of the answer, which a request could otherwise inflate. */
const FAULTS_SHOWN_MAX = 20;
const NAME_SHOWN_MAX = 64;

/** The refusal of a request with these faults. */
export function invalid(faults: readonly Fault[]): Problem {
  const [first] = faults;
  const detail = first === undefined ? 'The request is invalid.' : first.detail;
  return new Problem('validation-failed', detail, { errors: faults });
}

function notExactlyOne(
  alternatives: readonly string[],
  fields: object,
  place: RequestParts['place'],
): readonly Fault[] {
  const sent = alternatives.filter((name) => Object.hasOwn(fields, name));
  if (alternatives.length === 0 || sent.length === 1) return [];
  const detail = `Send either ${alternatives.join(' or ')}, and not both.`;
  return [{ in: place, pointer: '', code: 'one-of', detail }];
}

function unmet(
  { where, is, needs }: Requirement,
  request: object,
  place: RequestParts['place'],
): readonly Fault[] {
  const sent = request as Readonly<Record<string, unknown>>;
  const missing = sent[where] === is ? needs.filter((name) => sent[name] === undefined) : [];
  return missing.map((name) => {
    const detail = `${name} is required where ${where} is ${is}.`;
    return { in: place, pointer: pointerTo(name, place), code: 'required', detail };
  });
}

function unknownField(name: string, place: RequestParts['place'], known: readonly string[]): Fault {
  const shown = name.slice(0, NAME_SHOWN_MAX);
  const kind = place === 'body' ? 'field' : 'parameter';
  const expected = known.length > 0 ? `Use only ${known.join(', ')}.` : `Send no ${kind} here.`;
  const detail = `There is no ${kind} ${JSON.stringify(shown)}. ${expected}`;
  return { in: place, pointer: pointerTo(shown, place), code: 'unknown-field', detail };
}

function faultOf({ property, value, constraints }: ValidationError, place: Fault['in']): Fault {
  const [rule, detail] = Object.entries(constraints ?? {})[0] ?? ['invalid', 'It is invalid.'];
  const code = value === undefined ? 'required' : rule;
  return { in: place, pointer: pointerTo(property, place), code, detail };
}

/** RFC 6901 for a body; queries and paths have names only. */
function pointerTo(name: string, place: Fault['in']): string {
  return place === 'body' ? `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` : name;
}
