import { purse, streamName } from '@daybook/domain';
import { decideAndAppend } from '@daybook/event-store';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { DEFAULT_ACCOUNT_ID } from '../src/edge/identity';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedgerForTest();
});
afterAll(() => ledger.close());

async function mintFor(externalId: string) {
  const body = { externalId, families: ['evm'] };
  const { body: customer } = await ledger.request('POST', '/v1/customers', { body });
  return customer.purses[0];
}

const act = (purseId: string, verb: string) =>
  ledger.request('POST', `/v1/purses/${purseId}/${verb}`, { body: { reason: 'case 7' } });

describe('archiving a purse', () => {
  it('takes it out of use, once, and keeps why', async () => {
    const { id } = await mintFor('carl');
    const archived = await act(id, 'archive');
    expect(archived.body).toMatchObject({ id, status: 'ARCHIVED' });
    expect((await act(id, 'archive')).body.position).toBe(archived.body.position);
    const [, event] = await ledger.store.readStream(streamName('purse', id));
    expect(event).toMatchObject({
      ...{ type: 'PurseArchived', data: { reason: 'requested' } },
      metadata: { reason: 'case 7' },
    });
  });

  it('ends when its customer asks for an address again', async () => {
    const { id, customerId, address } = await mintFor('dora');
    await act(id, 'archive');
    const body = { family: 'evm' };
    const minted = await ledger.request('POST', `/v1/customers/${customerId}/purses`, { body });
    expect(minted.body).toMatchObject({ id, address, status: 'PENDING_PAYMENT' });
  });
});

describe('restoring a purse', () => {
  it('puts an archived one back into use, once, with its address', async () => {
    const { id, address } = await mintFor('ann');
    await act(id, 'archive');
    const restored = await act(id, 'restore');
    expect(restored.body).toMatchObject({ id, address, status: 'PENDING_PAYMENT' });
    const again = await act(id, 'restore');
    expect(again.body.position).toBe(restored.body.position);
    const events = await ledger.store.readStream(streamName('purse', id));
    expect(events.map(({ type }) => type)).toEqual([
      'PurseMinted',
      'PurseArchived',
      'PurseRestored',
    ]);
    expect(events.at(-1)?.metadata.reason).toBe('case 7');
  });

  it('is refused for a purse that compliance declined', async () => {
    const { id } = await mintFor('bob');
    const accountId = DEFAULT_ACCOUNT_ID;
    await decideAndAppend(ledger.store, {
      stream: streamName('purse', id),
      decider: purse,
      command: { type: 'DeclinePurse', accountId, replenishmentId: id },
      commandId: 'decline',
      metadata: { accountId, actor: 'system' },
    });
    const { status, body } = await act(id, 'restore');
    expect([status, body.code]).toEqual([409, 'purse-declined']);
  });
});
