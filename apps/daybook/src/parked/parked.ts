import { EXIT, Failure } from '../cli/exit-codes';
import { operate, type PlaceOptions } from '../cli/operate';
import { say, sayJson, table } from '../cli/output';
import { consumersOf } from '../status/consumers';

export interface ParkedOptions extends PlaceOptions {
  readonly json: boolean;
}

/** Shows the keys that stand still because a message of theirs could not be handled. */
export function showParked(options: ParkedOptions): Promise<void> {
  return operate(options, async (operation) => {
    const log = await operation.log();
    const consumers = await consumersOf(operation);
    const each = consumers.map(async ({ topic, group }) => {
      const keys = await log.parked(topic, group);
      return keys.map((parked) => ({ topic, group, ...parked }));
    });
    const parked = (await Promise.all(each)).flat();
    if (options.json) {
      sayJson({ parked });
    } else if (parked.length === 0) {
      say('No key is parked.');
    } else {
      const head = ['topic', 'group', 'key', 'messages', 'since', 'reason'];
      const rows = parked.map((it) => [
        ...[it.topic, it.group, it.key, String(it.messages), it.since, it.reason],
      ]);
      say(table(head, rows));
    }
    return undefined;
  });
}

/** Asks a group to try the messages of a parked key again, in order. */
export function retryParked(
  topic: string,
  group: string,
  key: string,
  options: ParkedOptions,
): Promise<void> {
  return operate(options, async (operation) => {
    const asked = await (await operation.log()).retryParked(topic, group, key);
    if (!asked) {
      throw new Failure(
        `${key} is not parked for ${group} on ${topic}; "npx daybook parked list" shows what is.`,
        EXIT.failed,
      );
    }
    if (options.json) sayJson({ topic, group, key, asked });
    else
      say(`${group} tries ${key} again. "npx daybook parked list" shows whether it went through.`);
    return undefined;
  });
}
