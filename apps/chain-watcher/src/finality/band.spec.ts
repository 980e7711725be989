import { assetIds, type Chain, createEvmClient, createPool, type JsonRpc } from '@daybook/chains';
import { ETHEREUM_PROOF } from '../../../../libs/chains/src/evm/header';
import { loadKeccak } from '../../../../libs/chains/src/evm/keccak';
import { addressOf } from '../../../../libs/chains/testing/raw-blocks';
import {
  answerOf,
  createRawChain,
  createRawNode,
  type RawChain,
  type RawNode,
} from '../../../../libs/chains/testing/raw-node';
import { type Movement, movementsIn } from '../match/movements';
import { openVersions } from '../match/transfer-versions';
import { createBand } from './band';

const CHAIN = 'eip155:31337';
const NATIVE = `${CHAIN}/slip44:60`;
const purse = addressOf('purse');
const known = {
  id: CHAIN,
  family: 'evm',
  name: 'Raw',
  blockTimeMs: null,
  reorgWindow: 32,
} as const;
const finality = { kind: 'depth', confirmations: 3 } as const;

let raw: RawChain;
beforeEach(async () => {
  raw = createRawChain(await loadKeccak());
  raw.mine([{ to: purse, value: 5n }]);
});

/** Whether the payment to the purse may become final, on a chain whose headers have these fields. */
async function mayBeFinal(nodes: readonly RawNode[], headerFields = ETHEREUM_PROOF.headerFields) {
  const proof = { rule: 'two-providers', reason: 'A test.', headerFields } as const;
  const chain: Chain = { ...known, finality, thresholds: [], minimumFinality: null, proof };
  const clients = nodes.map((node, n) => {
    const rpc: JsonRpc = { send: async (method, params) => answerOf(node, raw, method, params) };
    const client = createEvmClient(rpc, CHAIN, assetIds(CHAIN, NATIVE), { proof });
    return { name: `node-${n}`, client };
  });
  const client = createPool(chain, clients);
  const connection = {
    chain: CHAIN,
    providers: [],
    singleProvider: 'wait',
    startBlock: null,
  } as const;
  const registry = {
    ...{ chains: [chain], assets: [], assetFinality: new Map(), connections: [connection] },
    assetBands: new Map<string, bigint>(),
  };
  const block = await client.block(10);
  if (block === null) throw new Error('There is no block 10.');
  const versions = openVersions(CHAIN, [], 1);
  const [payment] = movementsIn({ chain, registry }, block, (address) => address === purse);
  versions.include(block, payment as Movement);
  const { confirmed } = await createBand({ chain, client, registry, state: {} as never }).ask(
    versions.changes,
  );
  return confirmed.size === 1;
}

describe('a chain of which two providers are asked', () => {
  it('believes one where the hash of a block commits to its content', async () => {
    expect(await mayBeFinal([createRawNode()])).toBe(true);
  });

  it('waits for a second one where it does not', async () => {
    expect(await mayBeFinal([createRawNode()], [])).toBe(false);
    expect(await mayBeFinal([createRawNode(), createRawNode()], [])).toBe(true);
    const other = createRawNode();
    other.blocks = raw.forged(10, [{ to: purse, value: 5n }]);
    expect(await mayBeFinal([createRawNode(), other], [])).toBe(false);
  });
});
