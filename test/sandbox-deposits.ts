import { randomUUID } from 'node:crypto';
import { until } from './dependencies';
import type { Reply, TestLedger } from './ledger-harness';
import type { Found, ledgerViews } from './ledger-views';

const DEPOSITS = '/v1/sandbox/deposits';

/** What an integrator tries on a development chain, where the watcher runs and blocks come on demand only. */
export function describeSandbox(
  ledger: () => TestLedger,
  { customer, shows, balance, throughput }: ReturnType<typeof ledgerViews>,
): void {
  const ask = (body: object, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
    ledger().request('POST', DEPOSITS, { body, headers });
  const mine = (id: string) => ledger().request('POST', `${DEPOSITS}/${id}/mine`, { body: {} });
  const show = async (id: string): Promise<Found> =>
    (await ledger().request('GET', `${DEPOSITS}/${id}`)).body;

  async function reaches(id: string, state: string): Promise<Found> {
    let shown: Found;
    const isThere = async () => {
      shown = await show(id);
      return shown.state === state;
    };
    await until(isThere, { description: `The deposit ${state}` });
    return shown;
  }

  async function purseOf(customerId: string): Promise<string> {
    const body = { family: 'evm' };
    const path = `/v1/customers/${customerId}/purses`;
    return (await ledger().request('POST', path, { body })).body.id;
  }

  describe('a deposit of the sandbox', () => {
    it('becomes final without another request, and its replenishment is found by it', async () => {
      const { id, address } = await customer();
      const asked = await ask({ address, asset: 'USDT_LOCAL', amount: '25.5' });
      expect(asked.status).toBe(201);
      expect(asked.headers.get('location')).toBe(`${DEPOSITS}/${asked.body.id}`);
      expect(asked.body).toMatchObject({
        ...{ purseId: await purseOf(id), customerId: id, scenario: 'deposit', refusal: null },
        ...{ money: { amount: '25.5', currency: 'USDT_LOCAL' }, mineRequested: false },
      });
      const done = await reaches(asked.body.id, 'done');
      const [confirmed] = await shows(id, 'confirmed');
      expect(done).toMatchObject({ replenishmentId: confirmed.id, txHash: confirmed.txHash });
      expect((await balance(id, 'USDT_LOCAL')).claim).toBe('25500000');
    });

    it('is sent once for one Idempotency-Key, which has one meaning', async () => {
      const { id } = await customer();
      const body = { purseId: await purseOf(id), asset: 'ETH_LOCAL', amount: '1' };
      const key = { 'idempotency-key': randomUUID() };
      const all = await Promise.all([ask(body, key), ask(body, key), ask(body, key)]);
      expect(new Set(all.map((each) => each.body.id)).size).toBe(1);
      await reaches(all[0].body.id, 'done');
      expect((await ask(body, key)).body.id).toBe(all[0].body.id);
      expect((await ask({ ...body, amount: '2' }, key)).status).toBe(409);
      await shows(id, 'confirmed');
      expect((await balance(id, 'ETH_LOCAL')).claim).toBe(String(10n ** 18n));
    });

    it('is seen and stays pending until blocks are requested', async () => {
      const { id, address } = await customer();
      const { body } = await ask({ address, asset: 'ETH_LOCAL', scenario: 'pending' });
      await reaches(body.id, 'sent');
      await shows(id, 'seen');
      expect((await mine(body.id)).body).toMatchObject({ id: body.id, mineRequested: true });
      await reaches(body.id, 'done');
      await shows(id, 'confirmed');
      // A repeat is no news.
      expect((await mine(body.id)).status).toBe(200);
    });

    it('below the minimum is held, and two of half of it are credited', async () => {
      const { id, address } = await customer();
      const half = { address, asset: 'USDT_LOCAL', scenario: 'below-minimum' };
      await reaches((await ask(half)).body.id, 'done');
      const [held] = await shows(id, 'held');
      expect(held).toMatchObject({ reason: 'below-minimum', money: { baseUnits: '500' } });
      await reaches((await ask(half)).body.id, 'done');
      await shows(id, 'confirmed', 'confirmed');
    });

    it('that a reorg takes back after its credit is reversed, and comes back on request', async () => {
      const { id, address } = await customer();
      const order = { address, asset: 'USDT_LOCAL', amount: '3', scenario: 'reorg-after-credit' };
      const { body } = await ask(order);
      const [reverted] = await shows(id, 'reverted');
      expect((await reaches(body.id, 'sent')).txHash).toBe(reverted.txHash);
      expect((await balance(id, 'USDT_LOCAL')).claim).toBe('0');
      await mine(body.id);
      const [confirmed] = await shows(id, 'confirmed');
      expect((await reaches(body.id, 'done')).txHash).toBe(confirmed.txHash);
      expect(await throughput(id, 'USDT_LOCAL')).toEqual({
        received: '6000000',
        reversed: '3000000',
      });
    });

    it('of a blocked customer is what the block makes of it', async () => {
      const { id, address } = await customer();
      await ledger().request('POST', `/v1/customers/${id}/block`, { body: { reason: 'test' } });
      await ask({ address, asset: 'USDT_LOCAL' });
      const [confirmed] = await shows(id, 'confirmed');
      expect(confirmed).toMatchObject({ blocked: true, creditedTo: 'account' });
    });

    it('is refused when it cannot be made, and shown to its own account only', async () => {
      const { id, address } = await customer();
      const refusals: [object, number, string][] = [
        [{ address, asset: 'DOGE' }, 422, 'asset-unknown'],
        [{ address, asset: 'USDT_LOCAL', amount: '0.0001' }, 400, 'sandbox-deposit-invalid'],
        [{ address, asset: 'USDT_LOCAL', amount: '1000001' }, 400, 'sandbox-deposit-invalid'],
        [{ address, asset: 'USDT_LOCAL', amount: '0.0000001' }, 400, 'invalid-amount'],
        [{ purseId: randomUUID(), asset: 'USDT_LOCAL' }, 404, 'purse-not-found'],
        [{ address: `0x${'12'.repeat(20)}`, asset: 'USDT_LOCAL' }, 404, 'purse-not-found'],
        [{ asset: 'USDT_LOCAL' }, 400, 'validation-failed'],
      ];
      for (const [body, status, code] of refusals) {
        const refused = await ask(body);
        expect([refused.status, refused.body.code]).toEqual([status, code]);
      }
      const { body } = await ask({ address, asset: 'USDT_LOCAL' });
      const accountId = randomUUID();
      const key = await ledger().issueKey({ scopes: ['read', 'write'], accountId });
      const headers = { authorization: `Bearer ${key}` };
      const strangers = [
        await ledger().request('GET', `${DEPOSITS}/${body.id}`, { headers }),
        await ledger().request('POST', `${DEPOSITS}/${body.id}/mine`, { headers, body: {} }),
      ];
      for (const { status, body: problem } of strangers) {
        expect([status, problem.code]).toEqual([404, 'sandbox-deposit-not-found']);
      }
      await shows(id, 'confirmed');
    });
  });
}
