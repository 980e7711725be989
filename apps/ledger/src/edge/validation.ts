import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { getMetadataStorage, type ValidationError, validateSync } from 'class-validator';
import { type Fault, Problem } from './problem';

type Dto = new () => object;

/**
 * Checks every body and query against its DTO class. Nothing is converted: a client that sends a
 * number where text is documented has a bug and should learn of it. A field that the class does not
 * name is refused. Refuses with `validation-failed` and every fault at once.
 */
@Injectable()
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || metatype === undefined) return value;
    return validated(value, metatype as Dto, type);
  }
}

/** The DTO behind fields that were given. Refuses with `validation-failed` and every fault at once. */
export function validated(value: unknown, dto: Dto, place: 'body' | 'query'): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem('validation-failed', `The ${place} must be an object.`, {
      errors: [{ in: place, pointer: '', code: 'object', detail: 'Send a JSON object.' }],
    });
  }
  const known = fieldsOf(dto);
  const instance = new dto();
  const faults: Fault[] = [];
  for (const [name, given] of Object.entries(value)) {
    if (known.has(name)) Object.assign(instance, { [name]: given });
    else faults.push(unknownField(name, place, known));
  }
  const options = { forbidUnknownValues: known.size > 0, stopAtFirstError: true };
  const errors = validateSync(instance, options);
  faults.push(...errors.map((error) => faultOf(error, place)));
  if (faults.length > 0) throw invalid(faults.slice(0, FAULTS_SHOWN_MAX));
  return instance;
}

/** More faults than this help nobody, and would let a request make a larger answer. */
const FAULTS_SHOWN_MAX = 20;
const NAME_SHOWN_MAX = 64;

/** The refusal of a request with these faults. */
export function invalid(faults: readonly Fault[]): Problem {
  const [first] = faults;
  const detail = first === undefined ? 'The request is not as documented.' : first.detail;
  return new Problem('validation-failed', detail, { errors: faults });
}

const fields = new Map<Dto, ReadonlySet<string>>();

/** The names that the class has rules for; a property without a rule is not part of a request. */
function fieldsOf(dto: Dto): ReadonlySet<string> {
  let known = fields.get(dto);
  if (known === undefined) {
    const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
    known = new Set(rules.map(({ propertyName }) => propertyName));
    fields.set(dto, known);
  }
  return known;
}

function unknownField(name: string, place: 'body' | 'query', known: ReadonlySet<string>): Fault {
  const shown = name.slice(0, NAME_SHOWN_MAX);
  const kind = place === 'body' ? 'field' : 'parameter';
  const expected = known.size > 0 ? `Use only ${[...known].join(', ')}.` : `Send no ${kind} here.`;
  const detail = `There is no ${kind} ${JSON.stringify(shown)}. ${expected}`;
  return { in: place, pointer: pointerTo(shown, place), code: 'unknown-field', detail };
}

function faultOf(
  { property, value, constraints }: ValidationError,
  place: 'body' | 'query',
): Fault {
  const [rule, detail] = Object.entries(constraints ?? {})[0] ?? ['invalid', 'It is invalid.'];
  const code = value === undefined ? 'required' : rule;
  return { in: place, pointer: pointerTo(property, place), code, detail };
}

/** RFC 6901 for a body; a query has names only. */
function pointerTo(name: string, place: 'body' | 'query'): string {
  return place === 'query' ? name : `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
