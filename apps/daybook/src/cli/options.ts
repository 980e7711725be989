import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';

/** The data folder of a command that names none. */
export const DATA_FOLDER = '.daybook';
const DATA_HELP = `the data folder (default: the cluster that DAYBOOK_LEDGER_URL or DAYBOOK_DATABASE_URL names, else ${DATA_FOLDER})`;
/** Longer names would break the tables that show them. */
const NAME_MAX = 100;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** The text after a command's help that shows how to call it. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

/** Adds a command on the Daybook that `--data` or the `DAYBOOK_` variables name, with examples in its help. */
export function subcommand(
  parent: Command,
  name: string,
  description: string,
  ...lines: readonly string[]
) {
  return parent
    .command(name)
    .description(description)
    .option('--data <folder>', DATA_HELP)
    .option('--json', 'print JSON; positions and amounts are strings')
    .addHelpText('after', examples(...lines));
}

/** The reason of an act that needs none of its own. */
export const ownReason = () => `on the command line, by ${userInfo().username}`;

export const reasonOption = () =>
  new Option('--reason <text>', 'why; stored with the event')
    .argParser(name)
    .default(ownReason(), 'the user who runs the command');

/** Where only some acts of a command need a reason of their own. */
export const optionalReasonOption = (needed: string) =>
  new Option('--reason <text>', `why; stored with the event; ${needed}`).argParser(name);

/** The reason of an act on money has no default. */
export const actReasonOption = () =>
  new Option('--reason <text>', 'why; stored with the event')
    .argParser(name)
    .makeOptionMandatory(true);

export const referenceOption = () =>
  new Option('--reference <name>', 'your own name for the act, used once, such as case-1742')
    .argParser(name)
    .makeOptionMandatory(true);

// Parsers of arguments. Each refuses with a sentence that says what would be right.

/** The watcher listens on the next port. */
export const port = whole(1, 65_534, 'A port is a whole number');

export const count = wholeNumber(1, 1_000_000);

export const index = whole(0, 2 ** 31 - 1, 'An address index is a whole number');

export const blockNumber = whole(0, Number.MAX_SAFE_INTEGER, 'A block number is a whole number');

export const transactionHash = parser(
  'A transaction hash has 64 hexadecimal digits, with 0x before them on EVM chains and without on TRON.',
  (text) => (/^(0x)?[0-9a-f]{64}$/i.test(text) ? text : undefined),
);

/** Positions of EventStoreDB and PostgreSQL both fit into 64 bits. */
export const position = parser('A position is a number, such as 1234.', (text) =>
  /^\d{1,19}$/.test(text) ? BigInt(text) : undefined,
);

/** RFC 3339, or a day, which begins at midnight UTC. */
export const moment = parser(
  'A time is written like 2026-01-31 or 2026-01-31T12:00:00Z.',
  (text) => (MOMENT.test(text) && !Number.isNaN(Date.parse(text)) ? new Date(text) : undefined),
);

export const name = parser(`It must be one line of 1 to ${NAME_MAX} characters.`, (text) => {
  const trimmed = text.trim();
  return /^\P{Cc}+$/u.test(trimmed) && trimmed.length <= NAME_MAX ? trimmed : undefined;
});

export const uuid = parser(
  'An id is a UUID, such as 0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52.',
  (text) => (UUID.test(text) ? text.toLowerCase() : undefined),
);

/** A comma-separated list of some of `words`, without repeats. */
export function listOf<Word extends string>(words: readonly Word[]) {
  return parser(`It must be a comma-separated list of ${words.join(', ')}.`, (text) => {
    const given = new Set(text.split(',').map((word) => word.trim()));
    const known = words.filter((word) => given.has(word));
    return known.length === given.size ? known : undefined;
  });
}

/** Collects the values of an option that may be repeated. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export function wholeNumber(least: number, most: number) {
  return whole(least, most, 'It must be a whole number');
}

function whole(least: number, most: number, what: string) {
  return parser(`${what} from ${least} to ${most}.`, (text) => {
    const number = Number(text);
    return /^\d{1,16}$/.test(text) && number >= least && number <= most ? number : undefined;
  });
}

/** A parser that refuses with `sentence` if `read` gives nothing. */
function parser<Value>(sentence: string, read: (text: string) => Value | undefined) {
  return (text: string): Value => {
    const value = read(text);
    if (value === undefined) throw new InvalidArgumentError(sentence);
    return value;
  };
}
