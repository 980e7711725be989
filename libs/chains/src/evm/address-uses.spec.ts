import { addressOf } from '../../testing/raw-blocks';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { createUseReader } from './address-uses';
import { assetIds } from './asset-ids';
import type { JsonRpc } from './json-rpc';

const ids = assetIds('eip155:1', 'eip155:1/slip44:60');
const [alice, bob, token] = [addressOf('alice'), addressOf('bob'), addressOf('token')];
const assets = [ids.native, ids.erc20(token)];
const word = (amount: bigint) => `0x${amount.toString(16).padStart(64, '0')}`;

/** A node where alice holds coins and bob has sent all of his. */
function nodeOf(changes: Readonly<Record<string, unknown>> = {}) {
  const says: Readonly<Record<string, unknown>> = {
    [`eth_getBalance ${alice}`]: '0x5',
    [`eth_getBalance ${bob}`]: '0x0',
    [`eth_getTransactionCount ${alice}`]: '0x0',
    [`eth_getTransactionCount ${bob}`]: '0x1',
    [`eth_call ${alice.slice(2)}`]: word(0n),
    [`eth_call ${bob.slice(2)}`]: word(7n),
    ...changes,
  };
  const answer = (method: string, [question, at]: readonly unknown[]) => {
    expect(at).toBe('latest');
    const of =
      typeof question === 'string' ? question : (question as { data: string }).data.slice(-40);
    const said = says[`${method} ${of}`];
    if (said === undefined) throw new RpcFailure('method not allowed', 'refused');
    return said;
  };
  const rpc: JsonRpc = {
    send: async (method, params) => answer(method, params),
    sendBatch: async (method, params) => params.map((each) => answer(method, each)),
  };
  return createUseReader(rpc, ids);
}

describe('what an EVM node shows of addresses', () => {
  it('is what they hold now, and whether they have sent anything', async () => {
    expect(await nodeOf()([alice, bob], assets)).toEqual([
      { hasHistory: false, balances: [5n, 0n] },
      { hasHistory: true, balances: [0n, 7n] },
    ]);
  });

  it('is unknown where it refuses, and known otherwise', async () => {
    const changes = {
      [`eth_call ${alice.slice(2)}`]: undefined,
      [`eth_getTransactionCount ${bob}`]: undefined,
    };
    expect(await nodeOf(changes)([alice, bob], assets)).toEqual([
      { hasHistory: false, balances: [5n, null] },
      { hasHistory: null, balances: [0n, 7n] },
    ]);
  });

  it('is a failure where it says what is no number', async () => {
    const changes = { [`eth_getTransactionCount ${bob}`]: 'many' };
    await expect(nodeOf(changes)([alice, bob], assets)).rejects.toThrow(InvalidBlock);
  });
});
