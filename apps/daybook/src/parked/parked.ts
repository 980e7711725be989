import type { ParkedKeyResponse } from '../../../ledger/src/operations/parked-keys.dto';
import type { List } from '../cli/ledger-api';
import { operate, type PlaceOptions, THROUGH_LEDGER } from '../cli/operate';
import { say, sayJson, table } from '../cli/output';

export interface ParkedOptions extends PlaceOptions {
  readonly json: boolean;
}

/** Shows the keys whose messages wait because one of them could not be handled. */
export function showParked(options: ParkedOptions): Promise<void> {
  return operate(
    options,
    async ({ api }) => {
      const { data: parked } = await api.get<List<ParkedKeyResponse>>('/v1/operations/parked-keys');
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
    },
    THROUGH_LEDGER,
  );
}

export interface RetryOptions extends ParkedOptions {
  readonly reason: string;
}

/** Has a group try the messages of a parked key again, in order. */
export function retryParked(
  topic: string,
  group: string,
  key: string,
  { reason, ...options }: RetryOptions,
): Promise<void> {
  const retry = { topic, group, key };
  return operate(
    options,
    async ({ api }) => {
      await api.post('/v1/operations/parked-keys/retry', { ...retry, reason });
      if (options.json) sayJson({ ...retry, asked: true });
      else
        say(
          `${group} tries ${key} again. "npx daybook parked list" shows whether it went through.`,
        );
      return undefined;
    },
    THROUGH_LEDGER,
  );
}
