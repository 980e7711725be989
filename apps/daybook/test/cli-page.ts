import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { EXIT_MEANINGS } from '../src/cli/exit-codes';
import { createProgram } from '../src/program';
import { SCHEMAS, shapes } from '../testing/answers';

const HEAD = `# The command line

\`npx daybook <command>\` operates a Daybook:

1. the data folder that \`--data\` names; else
2. the cluster that \`DAYBOOK_LEDGER_URL\` or \`DAYBOOK_DATABASE_URL\` names, if one of them is set; else
3. the data folder \`.daybook\` of the current folder.

\`npm start\`, \`npm run demo\` and \`npm run reset\` call the commands of the same names. A cluster is described by the
\`DAYBOOK_\` variables of [\`.env.example\`](../.env.example). These are for the command line only:

| variable | meaning |
|---|---|
| \`DAYBOOK_LEDGER_URL\`, \`DAYBOOK_WATCHER_URL\` | the addresses of the services |
| \`DAYBOOK_OPERATOR_KEY\` | the key of an operator, for calls to the ledger; without it, that of the data folder (\`operator-key\`) |
| \`DAYBOOK_API_KEY\` | the key of an account, for \`where\`; without it, that of the data folder (\`api-key\`) |
| \`DAYBOOK_WATCHER_DATABASE_URL\` | the database of the watchers, if it is not the ledger's |
| \`DAYBOOK_MIGRATION_URL\` | the owner of the tables: \`rebuild\` swaps tables, \`replay\` creates its own, \`log adopt\` fills them, \`vault\` keeps keys |
| \`DAYBOOK_VAULT_PASSPHRASE\` | the passphrase of exports of the vault |

\`keys\`, \`parked\`, \`chains\`, \`watch\`, \`findings\`, \`replenishments\`, \`audits\`, \`addresses assign\` and \`addresses confirm-owner\` call the REST
interface of the ledger: they need \`DAYBOOK_LEDGER_URL\` and \`DAYBOOK_OPERATOR_KEY\`, or a data folder; \`where\` needs \`DAYBOOK_API_KEY\` in its
place. These work without a running ledger: \`replay\`, \`rebuild\`, the other commands of \`addresses\`, \`chains check\`, \`events tail\`, \`reset\`,
\`keys\` with \`--operator\`, \`vault\`, \`log adopt\`, which needs that none runs, and \`status\`, which then checks the engines and says what is down.

Answers go to standard output; progress, remarks and errors go to standard error, so a pipe gets the answer alone. Wrong
usage or configuration is reported in one sentence that says what would be right.

\`apps/daybook/test/cli-page.ts\` generates this page from the commands, and a test compares it. After a change, run
\`DAYBOOK_WRITE_DOCS=1 npx jest cli-page\`.`;

const JSON_HEAD = `With \`--json\` (or \`--format json\`) a command prints an answer that follows its schema. Positions and amounts are
strings. A field is never removed and never changes its meaning. New fields may be added: ignore those you do not know.`;

/** `docs/cli.md`: the exit codes, the schemas of JSON answers, and the help of every command. */
export function cliPage(): string {
  const program = createProgram();
  return [
    HEAD,
    '## Exit codes',
    tableOf(['code', 'meaning'], Object.entries(EXIT_MEANINGS)),
    '## JSON answers',
    JSON_HEAD,
    tableOf(['schema', 'describes'], shapes().map(shapeRow)),
    ...leavesOf(program).map(section),
  ]
    .join('\n\n')
    .concat('\n');
}

/** The commands that do something, in the order in which they are shown. */
export function leavesOf(command: CommandUnknownOpts): readonly CommandUnknownOpts[] {
  return command.commands.flatMap((child) =>
    child.commands.length > 0 ? leavesOf(child) : [child],
  );
}

/** `keys create` */
export function nameOf(command: CommandUnknownOpts): string {
  const { parent } = command;
  return parent?.parent ? `${nameOf(parent)} ${command.name()}` : command.name();
}

/** The help as a terminal shows it, with its examples. */
export function helpOf(command: CommandUnknownOpts): string {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return help.trimEnd();
}

function section(command: CommandUnknownOpts): string {
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
