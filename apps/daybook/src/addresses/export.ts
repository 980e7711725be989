import { once } from 'node:events';
import { displayAddress } from '@daybook/chains';
import { type Family, idOf, type PurseEvent, upcast } from '@daybook/domain';
import { type EventStore, eventsOf, type RecordedEvent } from '@daybook/event-store';
import { EXIT } from '../cli/exit-codes';
import { operate } from '../cli/operate';
import { csvLine, remark, say, sayJson } from '../cli/output';
import { countingBar, grouped } from '../cli/progress';
import { pathOf } from './derive';

interface ExportOptions {
  readonly data?: string | undefined;
  readonly family?: Family | undefined;
  readonly json?: boolean | undefined;
}

const COLUMNS = [
  ...(['address', 'family', 'xpubFingerprint', 'path'] as const),
  ...(['purseId', 'customerId', 'accountId', 'mintedAt'] as const),
] as const;

/** Writes where each address of the event log is below its xpub, in the order of the mints, for those who sign. */
export function exportAddresses({ family, json, ...options }: ExportOptions): Promise<void> {
  return operate(options, async (operation) => {
    const store = await operation.store();
    const head = await store.head();
    const bar = countingBar('Reading the log', 'positions');
    let written = 0;
    if (!json) say(csvLine(COLUMNS));
    try {
      for await (const { events, end } of eventsOf(store, ['purse'])) {
        operation.signal.throwIfAborted();
        bar.at(Math.min(Number(end), Number(head)), Number(head));
        for (const event of events) {
          const row = await rowOf(store, event);
          if (row === null || (family !== undefined && row.family !== family)) continue;
          if (json) sayJson(row, 0);
          else say(csvLine(COLUMNS.map((column) => row[column])));
          written += 1;
        }
        // Whoever reads it may be slower than the log.
        if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
      }
    } finally {
      bar.end();
    }
    remark(`${grouped(written)} addresses.`);
    return EXIT.ok;
  });
}

/** Where the address is that an event gave to a purse; null if it gave none. */
async function rowOf(store: EventStore, recorded: RecordedEvent) {
  const event = upcast(recorded) as PurseEvent;
  if (event.type !== 'PurseMinted' && event.type !== 'PurseAddressAssigned') return null;
  const { family, address, derivation } = event.data;
  const minted = event.type === 'PurseMinted' ? event : await mintOf(store, recorded.stream);
  const { customerId, accountId, mintedAt } = minted.data;
  const { xpubFingerprint } = derivation;
  return {
    ...{ address: displayAddress(family, address), family, xpubFingerprint },
    ...{ path: pathOf(derivation), purseId: idOf(recorded.stream) },
    ...{ customerId, accountId, mintedAt },
  };
}

/** Of the few purses that got another address. */
async function mintOf(store: EventStore, stream: string) {
  const minted = (await store.readStream(stream))
    .map(upcast)
    .find((event) => event.type === 'PurseMinted');
  if (minted === undefined) throw new Error(`${stream} was never minted.`);
  return minted;
}
