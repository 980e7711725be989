import { customer, streamName } from '@daybook/domain';
import * as a from '../../domain/testing/a';
import { InMemoryEventStore } from '../testing/in-memory-event-store';
import { decideAndAppend } from './decide-and-append';
import { loadStates } from './decision';
import type { PersonalData } from './personal-data';

const { accountId, customerId } = a.parties;
const stream = streamName('customer', customerId);
const create = {
  ...{ type: 'CreateCustomer' as const, accountId, externalId: 'user-42', at: a.at },
  ...{ externalIdHash: a.hashes.externalId, description: 'gold tier' },
} as const;

/** Turns texts around, and counts, so that nothing is sealed twice in the same way. */
function turningAround(): PersonalData {
  let sealed = 0;
  const turn = (text: string) => [...text].reverse().join('');
  const change = (data: object, to: (text: string) => string) =>
    Object.fromEntries(
      Object.entries(data).map(([field, value]) => [
        field,
        ['externalId', 'description', 'reason'].includes(field) && value !== null
          ? to(value)
          : value,
      ]),
    );
  return {
    seal: async (events) =>
      events.map(({ data }) => change(data, (text) => `${++sealed}~${turn(text)}`)),
    open: async (events) =>
      events.map(({ data }) => change(data, (text) => turn(text.replace(/^\d+~/, '')))),
  };
}

function ask(store: InMemoryEventStore, command: Parameters<typeof customer.decide>[0], id = 'c') {
  const metadata = { accountId, actor: 'test' };
  return decideAndAppend(store, { stream, decider: customer, command, commandId: id, metadata });
}

it('is sealed in the log and in the clear for decisions and answers', async () => {
  const store = new InMemoryEventStore();
  store.personalData = turningAround();
  const { state, events } = await ask(store, create);
  expect([state, events]).toEqual([
    a.owner({ description: 'gold tier' }),
    [a.customerCreated({ description: 'gold tier' })],
  ]);
  const [stored] = await store.readStream(stream);
  expect(stored?.data).toMatchObject({
    externalId: '1~24-resu',
    description: '2~reit dlog',
    accountId,
  });
  expect((await loadStates(store, customer, [stream])).get(stream)).toEqual(state);
  expect(
    await ask(store, { type: 'UpdateCustomer', accountId, description: 'gold tier' }, 'd'),
  ).toMatchObject({ outcome: 'unchanged' });
});

it('is answered as the first time when its command is repeated', async () => {
  const store = new InMemoryEventStore();
  store.personalData = turningAround();
  const first = await ask(store, create);
  const again = await ask(store, create);
  expect(again).toEqual({ ...first, outcome: 'replayed' });
  expect(await store.readStream(stream)).toHaveLength(1);
});

it('has event ids that tell nothing of the texts, not even to who knows the rest', async () => {
  const ids = await Promise.all(
    ['user-42', 'user-43'].map(async () => {
      const store = new InMemoryEventStore();
      store.personalData = turningAround();
      await ask(store, create);
      // Sealed a second time, the same text is another event.
      const other = new InMemoryEventStore();
      other.personalData = store.personalData;
      await ask(other, create);
      return [(await store.readStream(stream))[0]?.id, (await other.readStream(stream))[0]?.id];
    }),
  );
  for (const [one, two] of ids) expect(one).not.toBe(two);
});

it('is not written by a process without keys', async () => {
  const store = new InMemoryEventStore();
  await expect(ask(store, create)).rejects.toThrow('may not write personal data');
  expect(await store.readStream(stream)).toEqual([]);
});
