import { type Command, Option } from 'commander';

const DATA_HELP =
  'the data folder (default: .daybook, or the cluster of DAYBOOK_DATABASE_URL where that is set)';

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
