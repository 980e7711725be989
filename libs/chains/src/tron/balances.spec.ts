import { base58 } from '../../testing/tron-blocks';
import { said } from '../../testing/tron-node/ask';
import { FIRST, playScenario, SECOND } from '../../testing/tron-node/scenario';
import { createTronNode as createStandIn } from '../../testing/tron-node/tron-node';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { createTronBalanceReader, createTronUseReader } from './balances';
import { tronAssetIds } from './transfers';

const standIn = createStandIn();
playScenario(standIn);
standIn.mine(60);
const chain = standIn.chain.id;
const ids = tronAssetIds(chain);
const usdt = ids.trc20(base58(standIn.chain.contract('usdt')));
const [first, second] = [base58(FIRST), base58(SECOND)];

/** Asks the stand-in; `between` happens before each question, and `alter` changes answers about accounts. */
function reader(
  between: (call: string) => void = () => undefined,
  alter: (account: object) => object = (account) => account,
) {
  const solid = async (call: string, body: object) => {
    between(call);
    const answer = said(standIn, call, body, 'solidity');
    return call === 'getaccount' ? alter(answer) : answer;
  };
  return createTronBalanceReader({ solid }, chain, ids);
}

function solidified() {
  return { hash: said(standIn, 'getnowblock', {}, 'solidity').blockID as string };
}

describe('balances of a TRON node', () => {
  it('are those of the coin, of issued tokens and of contracts, in the order of the queries', async () => {
    const coin = said(standIn, 'getaccount', { address: FIRST }, 'solidity').balance;
    const queries = [
      { address: second, asset: usdt },
      { address: first, asset: ids.coin },
      { address: first, asset: ids.trc10('1000002') },
      { address: first, asset: ids.trc10('1000001') },
      { address: second, asset: ids.trc10('1000001') },
    ];
    expect(await reader()(queries, solidified())).toEqual([
      1_818n,
      BigInt(coin),
      9_007_199_254_740_993n,
      200n,
      0n,
    ]);
  });

  it('are zero for an account that the chain has never seen', async () => {
    const stranger = base58(`41${'ab'.repeat(20)}`);
    const queries = [ids.coin, ids.trc10('1000001'), usdt].map((asset) => ({
      address: stranger,
      asset,
    }));
    expect(await reader()(queries, solidified())).toEqual([0n, 0n, 0n]);
  });

  it('are unknown for a contract that does not answer with a word', async () => {
    const queries = [{ address: first, asset: ids.trc20(second) }];
    expect(await reader()(queries, solidified())).toEqual([null]);
  });

  it('are unknown when another block is the last one, before or after they were read', async () => {
    const queries = [{ address: first, asset: ids.coin }];
    expect(await reader()(queries, { hash: '0'.repeat(64) })).toEqual([null]);
    const asked = solidified();
    let looks = 0;
    const moving = reader((call) => {
      if (call !== 'getnowblock') return;
      looks += 1;
      if (looks === 2) standIn.mine(30);
    });
    expect(await moving(queries, asked)).toEqual([null]);
    expect(looks).toBe(2);
  });

  it.each([-1, 'five', 0.5, []])(
    'are unknown of one that is %j, and known of the others',
    async (balance) => {
      const wrong = reader(undefined, (account) => ({ ...account, balance }));
      const coin = { address: first, asset: ids.coin };
      expect(await wrong([coin, { address: second, asset: usdt }], solidified())).toEqual([
        null,
        1_818n,
      ]);
      await expect(wrong([coin], solidified())).rejects.toThrow(InvalidBlock);
    },
  );

  it('are unknown where the node refuses, and a failure where it does not answer', async () => {
    const queries = [{ address: first, asset: ids.coin }];
    const refusing = (kind: RpcFailure['kind']) =>
      reader((call) => {
        if (call === 'getaccount') throw new RpcFailure('No.', kind);
      });
    expect(await refusing('refused')(queries, solidified())).toEqual([null]);
    await expect(refusing('passing')(queries, solidified())).rejects.toThrow(RpcFailure);
  });
});

describe('what a TRON node shows of addresses', () => {
  const stranger = base58(`41${'ab'.repeat(20)}`);

  it('is what they hold, and whether they exist', async () => {
    const calls: string[] = [];
    const solid = async (call: string, body: object) => {
      calls.push(call);
      return said(standIn, call, body, 'solidity');
    };
    const uses = createTronUseReader({ solid }, chain, ids);
    const coin = said(standIn, 'getaccount', { address: FIRST }, 'solidity').balance;
    const assets = [ids.coin, ids.trc10('1000001'), usdt];
    const [known, unknown] = await uses([first, stranger], assets);
    expect(known).toEqual({ hasHistory: true, balances: [BigInt(coin), 200n, expect.any(BigInt)] });
    expect(unknown).toEqual({ hasHistory: false, balances: [0n, 0n, 0n] });
    expect(calls).toHaveLength(4);
  });

  it('is unknown where it refuses, and a failure where it does not answer', async () => {
    const refusing = (kind: RpcFailure['kind']) =>
      createTronUseReader({ solid: () => Promise.reject(new RpcFailure('No.', kind)) }, chain, ids);
    expect(await refusing('refused')([stranger], [ids.coin])).toEqual([
      { hasHistory: null, balances: [null] },
    ]);
    await expect(refusing('passing')([stranger], [ids.coin])).rejects.toThrow(RpcFailure);
  });
});
