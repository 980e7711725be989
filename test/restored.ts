import { compare } from '@daybook/audit';
import { newApiKey } from '../apps/ledger/src/edge/api-key';
import { AUDITED } from '../apps/ledger/src/operations/read-models';
import type { TestDatabase } from './dependencies';
import { createLedgerForTest, type TestLedger } from './ledger-harness';

/** Keys of one installation, which its copies have, too. */
export const KEYS = {
  apiKey: newApiKey().key,
  operatorKey: newApiKey({ kind: 'operator' }).key,
};

/** A ledger on a database that others had before, or will have. */
export function startOn(database: TestDatabase, eventstoredbUrl?: string): Promise<TestLedger> {
  const { apiKey, operatorKey } = KEYS;
  const env = { operatorKey, ...(eventstoredbUrl && { eventstoredbUrl }) };
  return createLedgerForTest({ database, apiKey, env });
}

let minted = 0;

/** Mints purses of both families for new customers, and answers their addresses. */
export async function mintAddresses(ledger: TestLedger, customers = 3): Promise<string[]> {
  const made = await Promise.all(
    Array.from({ length: customers }, () => {
      minted += 1;
      const body = { externalId: `customer-${minted}`, families: ['evm', 'tron'] };
      return ledger.request('POST', '/v1/customers', { body });
    }),
  );
  return made.flatMap(({ body }) => body.purses.map((purse: { address: string }) => purse.address));
}

/** The addresses of all purses that a ledger knows. */
export async function addressesOf(ledger: TestLedger): Promise<string[]> {
  const path = `/v1/purses?limit=200&minPosition=${await ledger.store.head()}`;
  const { data } = (await ledger.request('GET', path)).body;
  return data.map(({ address }: { address: string }) => address);
}

/** What a comparison of the read models with the log finds: nothing, if all is well. */
export async function faultsOf({
  store,
  databaseUrl: liveUrl,
}: TestLedger): Promise<readonly object[]> {
  const { differences, violations } = await compare({ ...AUDITED, store, liveUrl });
  return [...differences, ...violations];
}

/** The addresses that occur more than once. */
export function repeated(addresses: readonly string[]): readonly string[] {
  return addresses.filter((address, i) => addresses.indexOf(address) !== i);
}
