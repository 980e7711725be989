import { Command } from '@commander-js/extra-typings';
import { version } from '../../../package.json';
import { EXIT_MEANINGS } from './cli/exit-codes';
import { addAddresses } from './commands/addresses';
import { addAudits, addRebuild, addReplay } from './commands/audit';
import { addChains } from './commands/chains';
import { addEvents } from './commands/events';
import { addFindings } from './commands/findings';
import { addKeys } from './commands/keys';
import { addLog } from './commands/log';
import { addParked } from './commands/parked';
import { addReplenishments } from './commands/replenishments';
import { addDemo, addReset, addStart } from './commands/start';
import { addStatus } from './commands/status';
import { addVault } from './commands/vault';
import { addWatch } from './commands/watch';
import { addWhere } from './commands/where';

/** The width of all help, so that the documentation shows what a terminal shows. */
const HELP_WIDTH = 100;

const GROUPS = {
  'Run it on this machine:': [addStart, addDemo, addReset],
  'Observe it, here or on a cluster:': [addStatus, addChains, addWhere, addEvents],
  'Audit it:': [addReplay, addRebuild, addAudits],
  'Operate it:': [
    addKeys,
    addAddresses,
    addWatch,
    addParked,
    addFindings,
    addReplenishments,
    addLog,
    addVault,
  ],
} as const;

/** The whole command line. The slow parts of a command are loaded when it runs. */
export function createProgram(): Command {
  const program = new Command('daybook')
    .description('An event-sourced ledger for crypto deposits.')
    .version(version)
    .configureHelp({ helpWidth: HELP_WIDTH, sortOptions: true })
    .showHelpAfterError('(add --help for options and examples)')
    .showSuggestionAfterError()
    // The caller sets the exit code.
    .exitOverride();
  for (const [title, commands] of Object.entries(GROUPS)) {
    program.commandsGroup(title);
    for (const add of commands) add(program);
  }
  program.commandsGroup('');
  const codes = Object.entries(EXIT_MEANINGS).map(
    ([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`,
  );
  return program.addHelpText('after', `\nExit codes:\n${codes.join('\n')}`);
}
