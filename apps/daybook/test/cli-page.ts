import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { EXIT_MEANINGS } from '../src/cli/exit-codes';
import { createProgram } from '../src/program';
import { SCHEMAS, shapes } from '../testing/answers';

const HEAD = `# The command line

\`npx daybook <command>\` operates a Daybook: the one in the data folder \`.daybook\` of this folder, one in a folder
named by \`--data\`, or a cluster that the \`DAYBOOK_\` variables describe ([\`.env.example\`](../.env.example)). Where
\`DAYBOOK_LEDGER_URL\` or \`DAYBOOK_DATABASE_URL\` is set and no folder is named, it is the cluster. \`npm start\`, \`npm run demo\` and
\`npm run reset\` call the same commands.

Some variables matter to the command line alone:

| variable | is |
|---|---|
| \`DAYBOOK_LEDGER_URL\`, \`DAYBOOK_WATCHER_URL\` | where the services of a cluster answer |
| \`DAYBOOK_OPERATOR_KEY\` | the operator's key with which the ledger is asked; a data folder keeps one in \`operator-key\` |
| \`DAYBOOK_WATCHER_DATABASE_URL\` | the watchers' database, where it is not the ledger's |
| \`DAYBOOK_MIGRATION_URL\` | the owner of the tables: \`rebuild\` exchanges them, \`replay\` makes some of its own |

\`status\`, \`parked\` and \`keys\` are clients of the ledger's REST interface. These work without a running ledger:
\`replay\`, \`rebuild\`, \`addresses\`, \`events tail\`, \`watch\`, \`reset\`, \`keys\` with \`--operator\`, and \`status\`, which then asks
the engines and says what is down.

Answers go to standard output; progress, remarks and errors go to standard error, so a pipe gets the answer alone. A
fault of usage or configuration is one sentence that says what would be right.

This page is made from the commands by \`apps/daybook/test/cli-page.ts\`, and a test holds it true. After a change:
\`DAYBOOK_WRITE_DOCS=1 npx jest cli-page\`.`;

const JSON_HEAD = `With \`--json\` (or \`--format json\`) a command answers as its schema says. Positions and amounts are strings. A field is
never taken away and never changes its meaning; a script must bear with new ones.`;

/** `docs/cli.md`: the exit codes, the shapes of JSON answers, and the help of every command. */
export function cliPage(): string {
  const program = createProgram();
  return [
    HEAD,
    '## Exit codes',
    tableOf(
      ['code', 'means'],
      Object.entries(EXIT_MEANINGS).map(([code, means]) => [code, means]),
    ),
    '## JSON answers',
    JSON_HEAD,
    tableOf(['schema', 'is'], shapes().map(shapeRow)),
    ...leavesOf(program).map(section),
  ]
    .join('\n\n')
    .concat('\n');
}

/** The commands that do something, in the order in which they are shown. */
export function leavesOf(command: Command): readonly Command[] {
  return command.commands.flatMap((child) =>
    child.commands.length > 0 ? leavesOf(child) : [child],
  );
}

/** `keys create` */
export function nameOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${nameOf(parent)} ${command.name()}` : command.name();
}

/** The help as a terminal shows it, with its examples. */
export function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return help.trimEnd();
}

function section(command: Command): string {
  return `## ${nameOf(command)}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\``;
}

function shapeRow(shape: string): readonly string[] {
  const file = `${shape}.v1.json`;
  const { description } = JSON.parse(readFileSync(join(SCHEMAS, file), 'utf8'));
  return [`[${file}](../apps/daybook/schemas/${file})`, description];
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => (cells[0] === '---' ? `|${cells.join('|')}|` : `| ${cells.join(' | ')} |`))
    .join('\n');
}
