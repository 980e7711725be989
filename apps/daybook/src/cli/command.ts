import { type Command, Option } from 'commander';
import { name } from './arguments';

const DATA_HELP =
  'the data folder (default: .daybook, or what DAYBOOK_LEDGER_URL and DAYBOOK_DATABASE_URL name)';

/** Adds the examples that the help of a command ends with. */
export function examples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText(
    'after',
    `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`,
  );
}

/** Names the Daybook that a command is about. */
export function dataOption(): Option {
  return new Option('--data <folder>', DATA_HELP);
}

/** Answers for machines. */
export function jsonOption(): Option {
  return new Option('--json', 'answer as JSON; positions and amounts are strings').default(false);
}

/** Why an operator acts. */
export function reasonOption(): Option {
  return new Option('--reason <text>', 'why; kept as evidence')
    .argParser(name)
    .default('none given', '"none given"');
}
