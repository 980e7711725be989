import { InvalidArgumentError } from 'commander';

/** The watcher's endpoint takes the next port. */
const PORT_MAX = 65_534;
/** Shown in lists; an owner's word, not a text. */
const NAME_MAX = 100;

/** Parsers of what is written on the command line; each says what would be right. */

export function port(text: string): number {
  return whole(text, 1, PORT_MAX, 'A port is a number');
}

export function count(text: string): number {
  return whole(text, 1, 1_000_000, 'This is a number');
}

export function index(text: string): number {
  return whole(text, 0, 2 ** 31 - 1, 'An address index is a number');
}

export function blockNumber(text: string): number {
  return whole(text, 0, Number.MAX_SAFE_INTEGER, 'A block is named by its number,');
}

/** A place in the log. */
export function position(text: string): bigint {
  // EventStoreDB's positions and PostgreSQL's bigint both fit into 64 bits.
  if (/^\d{1,19}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('A position is a number, such as 1234.');
}

/** A moment: RFC 3339, or a day, which begins at midnight UTC. */
export function moment(text: string): Date {
  const isMoment = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const at = new Date(text);
  if (isMoment && !Number.isNaN(at.getTime())) return at;
  throw new InvalidArgumentError('A moment is written like 2026-01-31 or 2026-01-31T12:00:00Z.');
}

export function name(text: string): string {
  const trimmed = text.trim();
  if (trimmed !== '' && trimmed.length <= NAME_MAX && !/\p{Cc}/u.test(trimmed)) return trimmed;
  throw new InvalidArgumentError(`It has 1 to ${NAME_MAX} characters, on one line.`);
}

export function uuid(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('An id is a UUID, such as 0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52.');
}

/** A list of some of `words`, comma-separated, without repeats. */
export function listOf<Word extends string>(words: readonly Word[]) {
  return (text: string): readonly Word[] => {
    const given = [...new Set(text.split(',').map((word) => word.trim()))];
    const known = words.filter((word) => given.includes(word));
    if (known.length === given.length) return known;
    throw new InvalidArgumentError(`It is a list of ${words.join(', ')}, separated by commas.`);
  };
}

/** Gathers an option that may be given several times. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function whole(text: string, least: number, most: number, what: string): number {
  const number = Number(text);
  if (/^\d{1,16}$/.test(text) && number >= least && number <= most) return number;
  throw new InvalidArgumentError(`${what} from ${least} to ${most}.`);
}
