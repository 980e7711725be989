import { openEvents } from '@daybook/event-store';
import {
  type StandIn,
  startEventStoreDbStandIn,
} from '../../../libs/event-store/testing/eventstoredb-stand-in';
import { detailsOf } from './grpc-details';
import { createGrpcLedger, type GrpcLedger } from './grpc-ledger';
import { type Reflected, reflect } from './grpc-reflected';

/** Two ledgers on one database and one log, as two processes of a cluster are. */
describe.each(['PostgreSQL', 'EventStoreDB'])('two ledgers, with the log in %s', (engine) => {
  let standIn: StandIn | undefined;
  let ledger: GrpcLedger;
  let other: GrpcLedger;
  let api: Reflected;

  beforeAll(async () => {
    standIn = engine === 'EventStoreDB' ? await startEventStoreDbStandIn() : undefined;
    const env = standIn && { eventstoredbUrl: standIn.url };
    ledger = await createGrpcLedger({ ...(env && { env }) });
    other = await createGrpcLedger({ ...(env && { env }), beside: ledger });
    api = await reflect(other.address, other.apiKey);
  });
  afterAll(async () => {
    api?.close();
    await other?.close();
    await ledger?.close();
    await standIn?.stop();
  });

  const overRest = async (at: GrpcLedger, key: string, externalId: string) => {
    const headers = { 'idempotency-key': key };
    const reply = await at.request('POST', '/v1/customers', { body: { externalId }, headers });
    return { code: reply.status === 201 ? 'created' : reply.body.code, id: reply.body.id };
  };
  const overGrpc = async (key: string, externalId: string) => {
    const metadata = { 'idempotency-key': key };
    const request = { external_id: externalId };
    const { answer, error } = await api.call(
      'daybook.v1.CustomerService',
      'CreateCustomer',
      request,
      {
        metadata,
      },
    );
    return error === null
      ? { code: 'created', id: answer.customer.id as string }
      : { code: detailsOf(error).info.reason };
  };

  it('carry out exactly one of two requests with one key, over REST and gRPC, 60 times at once', async () => {
    const pairs = Array.from({ length: 60 }, (_, n) => ({
      key: `pair-${n}`,
      names: [`left-${n}`, `right-${n}`] as readonly [string, string],
      isGrpc: n % 2 === 1,
    }));
    const replies = await Promise.all(
      pairs.map(({ key, names: [left, right], isGrpc }) =>
        Promise.all([
          overRest(ledger, key, left),
          isGrpc ? overGrpc(key, right) : overRest(other, key, right),
        ]),
      ),
    );
    const codes = replies.map((pair) => pair.map(({ code }) => code).sort());
    expect(codes).toEqual(Array(60).fill(['created', 'idempotency-key-reused']));
    const kinds = ['customer'];
    const { events } = await ledger.store.readAll({ after: 0n, limit: 1_000, kinds });
    const opened = await openEvents(ledger.store, events);
    const created = opened.map(({ data }) => String(data.externalId));
    for (const { names } of pairs) {
      expect(created.filter((name) => names.includes(name))).toHaveLength(1);
    }
  });

  it('answer the same request alike, and carry it out once', async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => overRest(n % 2 ? ledger : other, 'same', 'same')),
    );
    expect(new Set(replies.map(({ code, id }) => `${code} ${id}`)).size).toBe(1);
    const stream = `customer-${replies[0]?.id}`;
    expect(await ledger.store.readStream(stream)).toHaveLength(1);
  });

  it('refuse at one what the other has claimed, at once', async () => {
    expect(await overRest(ledger, 'claimed', 'first')).toMatchObject({ code: 'created' });
    expect(await overRest(other, 'claimed', 'second')).toMatchObject({
      code: 'idempotency-key-reused',
    });
    expect(await overGrpc('claimed', 'third')).toMatchObject({ code: 'idempotency-key-reused' });
  });
});
