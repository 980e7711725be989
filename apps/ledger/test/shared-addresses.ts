import { purse, streamName } from '@daybook/domain';
import { decideAndAppend, loadStates } from '@daybook/event-store';
import type { TestLedger } from '../../../test/ledger-harness';
import { DEFAULT_ACCOUNT_ID, purseIdOf } from '../src/edge/identity';
import { systemContext } from '../src/edge/request-context';

/**
 * Mints purses of new customers on the address that another purse has, as an earlier version did, whose indexes came
 * from a sequence that was restored. Answers their ids.
 */
export async function mintOnAddressOf<const Names extends readonly string[]>(
  ledger: TestLedger,
  purseId: string,
  externalIds: Names,
): Promise<{ readonly [Name in keyof Names]: string }> {
  const stream = streamName('purse', purseId);
  const minted = (await loadStates(ledger.store, purse, [stream])).get(stream);
  if (minted?.status !== 'active') throw new Error('The first purse was not minted.');
  const { address, derivation, family } = minted;
  const ids: string[] = [];
  for (const externalId of externalIds) {
    const { body: customer } = await ledger.request('POST', '/v1/customers', {
      body: { externalId },
    });
    const id = purseIdOf(DEFAULT_ACCOUNT_ID, customer.id, family);
    const createdAt = '2026-01-01T00:00:00.000Z';
    const owner = { accountId: DEFAULT_ACCOUNT_ID, externalId, description: null, createdAt };
    const { commandId, ...metadata } = systemContext(DEFAULT_ACCOUNT_ID);
    await decideAndAppend(ledger.store, {
      ...{ stream: streamName('purse', id), decider: purse, commandId, metadata },
      command: {
        ...{ type: 'MintPurse', accountId: DEFAULT_ACCOUNT_ID, customerId: customer.id, family },
        ...{ address, derivation, outsideOrderId: null, at: new Date().toISOString() },
        facts: { owner: { ...owner, status: 'active' } },
      },
    });
    ids.push(id);
  }
  return ids as { [Name in keyof Names]: string };
}
