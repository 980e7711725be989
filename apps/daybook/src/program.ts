import { Command, Help, type Option } from 'commander';
import { version } from '../../../package.json';
import { EXIT_MEANINGS } from './cli/exit-codes';
import { addAddresses } from './commands/addresses';
import { addRebuild, addReplay } from './commands/audit';
import { addEvents } from './commands/events';
import { addKeys } from './commands/keys';
import { addParked } from './commands/parked';
import { addDemo, addReset, addStart } from './commands/start';
import { addStatus } from './commands/status';
import { addWatch } from './commands/watch';

/** Help has this width everywhere, so that the documentation shows what a terminal shows. */
const HELP_WIDTH = 100;

/** The whole command line. What answers a command is loaded only when it is asked for. */
export function createProgram(): Command {
  const program = new Command('daybook')
    .description('An event-sourced ledger for crypto deposits.')
    .version(version)
    .configureHelp({ helpWidth: HELP_WIDTH, optionDescription })
    .showHelpAfterError('(add --help for what there is, with examples)')
    .showSuggestionAfterError()
    // Whoever calls decides how the process ends.
    .exitOverride();
  program.commandsGroup('Run it on this machine:');
  addStart(program);
  addDemo(program);
  addReset(program);
  program.commandsGroup('Look at it, here or on a cluster:');
  addStatus(program);
  addEvents(program);
  program.commandsGroup('Prove it:');
  addReplay(program);
  addRebuild(program);
  program.commandsGroup('Operate it:');
  addKeys(program);
  addAddresses(program);
  addWatch(program);
  addParked(program);
  program.commandsGroup('');
  const codes = Object.entries(EXIT_MEANINGS).map(
    ([code, means]) => `  ${code.padStart(3)}  ${means}`,
  );
  return program.addHelpText('after', `\nExit codes:\n${codes.join('\n')}`);
}

/** A switch is off when it is not given: nobody has to be told. */
function optionDescription(this: Help, option: Option): string {
  const isSwitch = option.defaultValue === false;
  const shown = isSwitch
    ? Object.assign(Object.create(option), { defaultValue: undefined })
    : option;
  return Help.prototype.optionDescription.call(this, shown);
}
