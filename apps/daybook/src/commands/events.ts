import { type Command, InvalidArgumentError } from 'commander';
import { count, position, several, uuid } from '../cli/arguments';
import { dataOption, examples, jsonOption } from '../cli/command';

const load = () => require('../events/tail') as typeof import('../events/tail');

export function addEvents(program: Command): void {
  const events = program.command('events').description('Look at the log of events.');
  const tail = events
    .command('tail')
    .description('Write events, one a line, in position order, from the log itself.')
    .option(
      '--after <position>',
      'begin after it; "end" for only what comes (default: the start of the log, with --follow its end)',
      positionOrEnd,
    )
    .option('--follow', 'go on as events come, until Ctrl-C', false)
    .option('--limit <number>', 'end after so many events', count)
    .option('--account <id>', 'only events of this account', uuid)
    .option('--type <name>', 'only events of this type; may be repeated', several)
    .addOption(jsonOption())
    .addOption(dataOption())
    .action((options) => load().tail(options));
  examples(
    tail,
    'npx daybook events tail --limit 20',
    'npx daybook events tail --follow',
    'npx daybook events tail --after 1234 --type ReplenishmentConfirmed --json',
  );
}

function positionOrEnd(text: string): bigint | 'end' {
  if (text === 'end') return text;
  try {
    return position(text);
  } catch {
    throw new InvalidArgumentError('A position is a number, such as 1234, or the word "end".');
  }
}
