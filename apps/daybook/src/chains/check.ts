import {
  type ChainCheck,
  checkChain,
  type Finding,
  type FindingState,
  findChain,
  loadChainsFile,
} from '@daybook/chains';
import colors from 'picocolors';
import { EXIT, Failure } from '../cli/exit-codes';
import { operate } from '../cli/operate';
import { progressBar } from '../cli/progress';

interface CheckOptions {
  readonly file?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Checks the nodes of all chains of the file, or of the one that is named. */
export function check(
  named: string | undefined,
  { file, ...options }: CheckOptions,
): Promise<void> {
  return operate(options, async ({ signal }) => {
    if (file === undefined) {
      const right = 'Name it with --file, or set DAYBOOK_CHAINS_FILE.';
      throw new Failure(`Which chains file is to be checked? ${right}`, EXIT.usage);
    }
    const registry = loadChainsFile(file);
    const listed = registry.connections.map(({ chain }) => chain);
    if (named !== undefined && !listed.includes(named)) {
      const right = listed.length === 0 ? 'It lists none.' : `It lists ${listed.join(', ')}.`;
      throw new Failure(`${named} is not a chain of ${file}. ${right}`, EXIT.usage);
    }
    const checks: ChainCheck[] = [];
    const progress = progressOfSteps();
    try {
      for (const connection of registry.connections) {
        const chain = findChain(registry, connection.chain);
        if (chain === null || (named !== undefined && chain.id !== named)) continue;
        const step = (title: string) => progress.at(`${chain.id} ${title}`);
        checks.push(await checkChain({ chain, connection, registry, step, signal }));
      }
    } finally {
      progress.end();
    }
    const canRun = checks.every((each) => each.canRun);
    return {
      json: { canRun, chains: checks },
      text: () => page(checks),
      exitCode: canRun ? EXIT.ok : EXIT.failed,
    };
  });
}

/** Shows which step is being done. How many there will be depends on the answers. */
function progressOfSteps() {
  const bar = progressBar();
  let done = 0;
  return {
    at(title: string): void {
      done += 1;
      bar.show({ title, unit: 'steps', done, fraction: null, perSecond: 0, secondsLeft: null });
    },
    end: bar.end,
  };
}

const MARKS: Readonly<Record<FindingState, string>> = {
  ok: colors.green('ok'.padEnd(7)),
  warning: colors.yellow('warning'),
  wrong: colors.red('wrong'.padEnd(7)),
};
const INDENT = 2 + 'warning'.length + 2;
/** Lines of prose stay readable, whatever the width of the terminal. */
const LINE_CHARACTERS_MAX = 110;

function page(checks: readonly ChainCheck[]): string {
  if (checks.length === 0) return 'The file lists no chain.';
  return [...checks.map(section), ''].join('\n').trimEnd();
}

function section({ chain, name, providers, findings, canRun }: ChainCheck): string {
  const together = findings.length === 0 ? [] : ['', colors.dim('together'), ...findings.map(line)];
  return [
    colors.bold(`${name}  ${colors.dim(chain)}`),
    ...providers.flatMap((provider, index) => [
      ...(index === 0 ? [] : ['']),
      colors.dim(`provider ${provider.name}`),
      ...provider.findings.map(line),
    ]),
    ...together,
    '',
    verdict(canRun, [...findings, ...providers.flatMap((provider) => provider.findings)]),
    '',
  ].join('\n');
}

function line({ state, sentence, right }: Finding): string {
  const indent = ' '.repeat(INDENT);
  const words = wrapped(sentence).join(`\n${indent}`);
  const advice =
    right === undefined ? '' : `\n${indent}${colors.cyan(wrapped(right).join(`\n${indent}`))}`;
  return `  ${MARKS[state]}  ${words}${advice}`;
}

function verdict(canRun: boolean, findings: readonly Finding[]): string {
  const count = (state: FindingState) => findings.filter((each) => each.state === state).length;
  const warnings = count('warning');
  const rest = warnings === 0 ? '' : ` Read the warning${warnings === 1 ? '' : 's'} (${warnings}).`;
  return canRun
    ? colors.green(`The watcher can run on this chain.${rest}`)
    : colors.red(`The watcher cannot run on this chain as it is: ${count('wrong')} wrong.${rest}`);
}

/** The words in lines that fit. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && INDENT + last.length + 1 + word.length <= LINE_CHARACTERS_MAX) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
