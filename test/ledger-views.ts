import { until } from './dependencies';
import type { TestLedger } from './ledger-harness';

// biome-ignore lint/suspicious/noExplicitAny: answers are read as a client without types reads them.
export type Found = any;

/** What a merchant looks at, in few words for tests. The ledger may start after they were made. */
export function ledgerViews(ledger: () => TestLedger) {
  let customers = 0;

  async function dataOf(path: string): Promise<Found[]> {
    return (await ledger().request('GET', path)).body.data;
  }

  /** A new customer with a purse. */
  async function customer(): Promise<{ id: string; address: string }> {
    const { body } = await ledger().request('POST', '/v1/customers', {
      body: { externalId: `customer-${customers++}`, families: ['evm'] },
    });
    return { id: body.id, address: body.purses[0].address };
  }

  const replenishments = (customerId: string) =>
    dataOf(`/v1/replenishments?customerId=${customerId}`);

  /** Waits until the customer's replenishments have these states, whatever their order. */
  async function shows(customerId: string, ...expected: string[]): Promise<Found[]> {
    const wanted = inAnyOrder(expected);
    let found: Found[] = [];
    let statuses = '';
    const fits = async () => {
      found = await replenishments(customerId);
      statuses = inAnyOrder(found.map(({ status }) => status));
      return statuses === wanted;
    };
    await until(fits).catch(() => undefined);
    expect(statuses).toBe(wanted);
    return found;
  }

  async function balance(customerId: string, currency: string) {
    const found = await dataOf(`/v1/customers/${customerId}/balances`);
    const entry = found.find(({ claim }) => claim.currency === currency);
    return {
      claim: entry?.claim.baseUnits,
      accountClaim: entry?.accountClaim.baseUnits,
      custody: entry?.custody.baseUnits,
    };
  }

  async function throughput(customerId: string, currency: string) {
    const found = await dataOf(`/v1/customers/${customerId}/throughput`);
    const entry = found.find(({ received }) => received.currency === currency);
    return { received: entry?.received.baseUnits, reversed: entry?.reversed.baseUnits };
  }

  /** The block up to which a chain is matched; -1 while the ledger has not heard of it. */
  async function matched(chain: string): Promise<number> {
    const found = await dataOf('/v1/chains');
    return found.find((watched) => watched.chain === chain)?.matched ?? -1;
  }

  return { customer, replenishments, shows, balance, throughput, matched };
}

/** Words to compare whatever their order. */
export function inAnyOrder(words: readonly string[]): string {
  return [...words].sort((a, b) => (a < b ? -1 : 1)).join();
}
