import {
  aBlock,
  addressOf,
  erc20Log,
  hashOf,
  TRANSFER_TOPIC,
  topicOf,
} from '../testing/raw-blocks';
import { createRawChain, createRawNode, serveRawNode } from '../testing/raw-node';
import { findChain } from './chains-and-assets';
import { readChainsFile } from './chains-file';
import { loadKeccak } from './evm/keccak';
import { openChain } from './family';

const CHAIN = 'eip155:31337';
const [token, alice, bob] = ['token', 'alice', 'bob'].map(addressOf) as [string, string, string];
const SYSTEM = '0xfffffffffffffffffffffffffffffffffffffffe';

it('what the chains file says of coin and tokens decides how its blocks are read', async () => {
  const keccak = await loadKeccak();
  const chain = createRawChain(keccak, 1);
  const logs = [
    erc20Log(SYSTEM, alice, bob, 7n),
    { address: token, topics: [TRANSFER_TOPIC, topicOf(alice), topicOf(bob)], data: '0x' },
    erc20Log(SYSTEM, bob, alice, 3n),
  ];
  const plan = {
    ...{ number: 1, parentHash: chain.blocks[0]?.block.hash ?? hashOf('genesis') },
    transactions: [{ from: alice, to: bob, value: 7n, logs }],
    withdrawals: [{ index: 41, address: bob, amount: 2n }],
  };
  chain.blocks.push(aBlock(plan, keccak));
  const node = await serveRawNode(createRawNode(), chain);
  try {
    const registry = readChainsFile(
      JSON.stringify({
        chains: [
          {
            ...{ id: CHAIN, rpcUrl: node.url },
            coin: { log: { address: SYSTEM, fromHeight: 1 } },
            assets: [
              { id: `${CHAIN}/slip44:60`, currency: 'ETH_X', decimals: 18, minimum: '1' },
              { id: `${CHAIN}/erc20:${token}`, currency: 'USD_X', decimals: 6, minimum: '1' },
            ],
          },
        ],
      }),
    );
    const [connection] = registry.connections;
    const known = findChain(registry, CHAIN);
    if (connection === undefined || known === null) throw new Error('The chain is not listed.');
    const block = await openChain(known, connection, registry).block(1);
    const shown = block?.transfers.map(({ ordinal, asset, amount, to, unreadable = false }) => [
      ...[ordinal, asset.slice(CHAIN.length + 1).slice(0, 6), amount, to, unreadable],
    ]);
    expect(block?.proven).toBe('content');
    expect(shown).toEqual([
      ['value:0', 'slip44', 7n, bob, false],
      ['log:1', 'erc20:', 0n, bob, true],
      ['log:2', 'slip44', 3n, alice, false],
      ['withdrawal:41', 'slip44', 2n * 10n ** 9n, bob, false],
    ]);
  } finally {
    await node.stop();
  }
});
