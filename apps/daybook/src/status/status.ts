import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../cli/exit-codes';
import { operate, type PlaceOptions, THROUGH_LEDGER } from '../cli/operate';
import { say, sayJson } from '../cli/output';
import { readStatus } from './read-status';
import { statusPage } from './show-status';
import type { StatusReport } from './status-report';

/** Between two looks, when watching. */
const WATCH_EVERY_MS = 2_000;
const CLEAR_SCREEN = '\x1b[2J\x1b[H';

export interface StatusOptions extends PlaceOptions {
  readonly watch: boolean;
  readonly json: boolean;
}

const CODES = {
  ok: EXIT.ok,
  'standing-still': EXIT.failed,
  unreachable: EXIT.unreachable,
} as const satisfies Record<StatusReport['state'], number>;

/** Says how every part is doing, whichever of them answer. */
export function status(options: StatusOptions): Promise<void> {
  const { json, watch } = options;
  return operate(
    options,
    async (operation) => {
      for (;;) {
        const report = await readStatus(operation);
        if (json) sayJson(report, watch ? 0 : 2);
        else say(`${watch && process.stdout.isTTY ? CLEAR_SCREEN : ''}${statusPage(report)}`);
        if (!watch) return CODES[report.state];
        // An interrupt ends the wait and the command.
        await sleep(WATCH_EVERY_MS, undefined, { signal: operation.signal });
      }
    },
    THROUGH_LEDGER,
  );
}
