import type { ChainClient } from '../chain-client';
import { RpcFailure } from '../node-http';
import { createPool } from './pool';

const chain = { id: 'eip155:1', blockTimeMs: 1_000 };
const block = { number: 5, hash: '0x5' };
const queries = [{ address: '0x1', asset: 'eip155:1/slip44:60' }];

/** A pool of clients of which only the balances are asked for. */
function poolOf(...balances: readonly ChainClient['balances'][]) {
  const clients = balances.map((each, n) => {
    const client = { verify: async () => undefined, ...(each && { balances: each }) };
    return { name: `node-${n}`, client: client as unknown as ChainClient };
  });
  return createPool(chain, clients);
}

it('says what each provider says, and null for one that fails or reads none', async () => {
  const pool = poolOf(
    async () => [7n],
    () => Promise.reject(new RpcFailure('It did not answer.', 'silent')),
    undefined,
    async () => [null],
  );
  expect(await pool.balancesOfEvery(queries, block)).toEqual([[7n], [null], [null], [null]]);
});

it('does not hide an error that is no fault of a provider', async () => {
  const pool = poolOf(
    async () => [7n],
    () => Promise.reject(new TypeError('A bug.')),
  );
  await expect(pool.balancesOfEvery(queries, block)).rejects.toThrow('A bug.');
});
