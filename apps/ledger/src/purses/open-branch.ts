import { randomInt } from 'node:crypto';
import { READ_MODELS_CHECKPOINT } from '@daybook/audit';
import { addressBranch, idOf, nextBranch, streamName } from '@daybook/domain';
import { decideAndAppend, type EventStore, eventsOf, StreamIncomplete } from '@daybook/event-store';
import type { DataSource } from 'typeorm';
import { systemContext } from '../edge/request-context';

/** The clock of the database in Unix milliseconds, and what the read models know, and up to where. */
const KNOWN = `
  SELECT (extract(epoch FROM ledger.clock()) * 1000)::bigint AS now,
    (SELECT max(branch) FROM ledger.address_branch) AS highest,
    (SELECT position FROM ledger.checkpoint WHERE name = $1) AS position`;

interface Known {
  readonly now: string;
  readonly highest: number | null;
  /** Null before the first event. */
  readonly position: string | null;
}

/**
 * Opens a branch of the xpubs for the addresses that this process will give, and answers with its number: no other
 * process has it, nor will any, whatever is restored or copied. Rejects with an `EventStoreError`.
 */
export async function openBranch(store: EventStore, dataSource: DataSource): Promise<number> {
  const [known] = await dataSource.query<Known[]>(KNOWN, [READ_MODELS_CHECKPOINT]);
  if (known === undefined) throw new Error('The database did not say what time it is.');
  // Branch 0 has the addresses from before there were branches.
  let highest = known.highest ?? 0;
  // What the read models have not read yet.
  for await (const { events } of eventsOf(store, ['branch'], BigInt(known.position ?? 0))) {
    for (const { stream } of events) highest = Math.max(highest, Number(idOf(stream)));
  }
  for (;;) {
    const branch = nextBranch(Number(known.now), randomInt(2 ** 32) / 2 ** 32, highest);
    if (await take(store, branch)) return branch;
    // Another process was faster.
    highest = branch;
  }
}

/** Whether the branch is ours. One whose stream was deleted belonged to another process. */
async function take(store: EventStore, branch: number): Promise<boolean> {
  const { commandId, ...metadata } = systemContext('');
  try {
    const { outcome } = await decideAndAppend(store, {
      ...{ stream: streamName('branch', String(branch)), decider: addressBranch },
      command: { type: 'OpenAddressBranch', branch, at: new Date().toISOString() },
      ...{ commandId, metadata, likelyNew: true },
    });
    return outcome !== 'unchanged';
  } catch (error) {
    if (error instanceof StreamIncomplete) return false;
    throw error;
  }
}
