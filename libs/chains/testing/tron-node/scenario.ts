import { addressOf, wordOf } from '../tron-blocks';
import { keyOf } from './keys';
import { word } from './machine';
import { transferFromInput, transferInput, transferManyInput } from './programs';
import type { createTronNode } from './tron-node';

const firstKey = keyOf('scenario', 'first');
/** The addresses that the scenario pays. The first also pays fees. */
export const [FIRST, SECOND] = [firstKey.address, addressOf('second')];

/**
 * Makes a block for each case of the recordings, in their order, so that both can be compared: payments with and
 * without a fee, a memo, TRC-20, TRC-10, internal payments, and everything that must credit nothing. Returns the
 * heights by what happens there.
 */
export function playScenario(node: ReturnType<typeof createTronNode>) {
  const { chain, pay, payToken, payTrc10, call, mine } = node;
  const at = (_: string): number => mine().number;
  const usdt = wordOf(chain.contract('usdt'));
  return {
    newAccount: at(pay(FIRST, 5_000_000n)),
    plain: at(pay(FIRST, 7_000_000n)),
    memo: at(pay(FIRST, 1_000_000n, { memo: 'hello' })),
    token: at(payToken('usdt', FIRST, 12_345_678n)),
    manyTokens: at(call('usdt', transferManyInput([FIRST, SECOND], 1_000n))),
    split: at(call('splitter', wordOf(FIRST) + wordOf(SECOND), { value: 4_000_000n })),
    failing: at(call('usdt', transferInput(SECOND, 10n ** 12n), { from: firstKey })),
    toItself: at(call('swallower', wordOf(chain.contract('swallower')), { value: 3_000_000n })),
    regretted: at(call('regretful', wordOf(SECOND), { value: 2_000_000n })),
    spawned: at(call('spawner', wordOf(SECOND), { value: 1_500_000n })),
    // From here on the free bandwidth of the faucet is used up.
    exhausted: exhaust(node),
    outOfEnergy: at(call('endless', word(1n), { feeLimit: 3_000_000n })),
    tokenFrom: at(call('swallower', usdt + transferFromInput(chain.faucet.address, SECOND, 777n))),
    called: at(call('splitter', '', { value: 1_000_000n })),
    trc10: at(payTrc10(FIRST, '1000001', 123n)),
    bigTrc10: at(payTrc10(FIRST, '1000002', 9_007_199_254_740_993n)),
    paidPlain: at(pay(FIRST, 1_000_001n)),
    swallowed: at(
      call('swallower', wordOf(chain.contract('regretful')) + wordOf(FIRST), { value: 3_000_000n }),
    ),
    internalTrc10: at(call('splitter', wordOf(FIRST), { token: [77n, 1_000_001n] })),
    batch: at(batchOf(node, [FIRST, SECOND])),
    pretended: at(call('pretender', wordOf(SECOND))),
    unlisted: at(payToken('unlisted', FIRST, 5n)),
    dirty: at(payToken('dirty', FIRST, 6n)),
  };
}

/** Uses up the free bandwidth of the faucet, a payment a block. */
function exhaust({ pay, mine, chain }: ReturnType<typeof createTronNode>): number {
  const other = addressOf('somebody');
  for (;;) {
    const id = pay(other, 1n);
    const { number } = mine();
    const found = chain.find(id);
    if (found?.execution.info(found.block).packingFee !== undefined) return number;
  }
}

/** Two transfers that another contract makes of what it owns. */
function batchOf(node: ReturnType<typeof createTronNode>, recipients: readonly string[]): string {
  const { chain, payToken, call } = node;
  payToken('usdt', chain.contract('batcher'), 100n);
  const pairs = recipients.map((each, n) => wordOf(each) + word(BigInt(n) + 40n));
  return call('batcher', wordOf(chain.contract('usdt')) + pairs.join(''));
}
