import { customer, idOf, streamName } from '@daybook/domain';
import {
  decideAndAppend,
  type EventStore,
  eventsOf,
  loadStates,
  START,
  uuid5,
} from '@daybook/event-store';
import type { Vault } from './vault';

const PAGE = 1_000;

/** The namespace of the ids of these commands. */
const NAMESPACE = '3a9d4d0e-6f0a-5b57-9a0e-1d2f6f6c2b71';

/**
 * Makes the log and the vault agree about who is erased, before anything is served. An erasure that the log knows
 * deletes the key, also one that a restored vault has brought back; one that only the list of the vault knows is
 * recorded again in a log that was restored from before it. What was read before is not read again, in the same epoch
 * of the log. Rejects as reads and appends do.
 */
export async function applyErasures(store: EventStore, vault: Vault): Promise<void> {
  const { identity } = store;
  const log = identity === undefined ? '' : `${identity.id}.${identity.epoch}`;
  const after = (await vault.readThrough(log)) ?? START;
  for await (const { events, end } of eventsOf(store, ['customer'], after)) {
    await vault.erase(
      events
        .filter(({ type }) => type === 'CustomerErased')
        .map(({ stream, metadata: { accountId }, recordedAt: erasedAt }) => {
          return { customerId: idOf(stream), accountId, erasedAt };
        }),
    );
    await vault.noteReadThrough(log, end);
  }
  for (let last: string | null = null; ; ) {
    const page = await vault.erasures(last, PAGE);
    // Keys that were restored without their erasures go first, then the log hears of it.
    await vault.erase(page);
    await eraseAgain(store, page);
    last = page.at(-1)?.customerId ?? null;
    if (page.length < PAGE) return;
  }
}

async function eraseAgain(
  store: EventStore,
  erasures: Awaited<ReturnType<Vault['erasures']>>,
): Promise<void> {
  const streamOf = (id: string) => streamName('customer', id);
  const states = await loadStates(
    store,
    customer,
    erasures.map(({ customerId }) => streamOf(customerId)),
  );
  for (const { customerId, accountId } of erasures) {
    const stream = streamOf(customerId);
    const { status } = states.get(stream) ?? customer.initialState;
    if (status === 'absent' || status === 'erased') continue;
    const reason = 'the erasure list of the vault has this customer, and the log did not';
    await decideAndAppend(store, {
      ...{ stream, decider: customer, metadata: { accountId, actor: 'system' } },
      command: { type: 'EraseCustomer', accountId, reason, at: new Date().toISOString() },
      // Processes that start together record it once.
      commandId: uuid5(NAMESPACE, `${store.identity?.id}\n${store.identity?.epoch}\n${customerId}`),
    });
  }
}
