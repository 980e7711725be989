import type { BlockWithReceipts } from '../../testing/raw-blocks';
import { aBlock, addressOf, erc20Log } from '../../testing/raw-blocks';
import { InvalidBlock } from '../invalid-block';
import { assetIds } from './asset-ids';
import { createEvmClient } from './evm-client';
import { type Keccak, loadKeccak } from './keccak';

const CHAIN = 'eip155:31337';
const [token, purse] = [addressOf('token'), addressOf('purse')];

let keccak: Keccak;
let answer: BlockWithReceipts;

beforeAll(async () => {
  keccak = await loadKeccak();
  answer = aBlock(
    {
      ...{ number: 7 },
      transactions: [{ to: token, logs: [erc20Log(token, addressOf('payer'), purse, 5n)] }],
    },
    keccak,
  );
});

/** A client of a node that answers with this header and these receipts. */
function clientOf(block: object, receipts: readonly unknown[]) {
  const send = async (method: string) =>
    method === 'eth_getBlockReceipts' ? receipts : method.startsWith('eth_getBlock') ? block : null;
  return createEvmClient({ send }, CHAIN, assetIds(CHAIN, `${CHAIN}/slip44:60`));
}

async function refusalOf(block: object, receipts: readonly unknown[]): Promise<InvalidBlock> {
  const error = await clientOf(block, receipts)
    .block(7)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InvalidBlock);
  return error as InvalidBlock;
}

describe('a block that is refused', () => {
  it('says that its header is proven, when only its content is in doubt', async () => {
    const { hash, parentHash } = answer.block;
    const { header, headerProven } = await refusalOf(answer.block, []);
    expect(header).toMatchObject({ number: 7, hash, parentHash });
    expect(headerProven).toBe(true);
  });

  it('says that its header is not proven, when the hash is not that of its fields', async () => {
    const { headerProven } = await refusalOf({ ...answer.block, gasUsed: '0x1' }, []);
    expect(headerProven).toBe(false);
  });

  it('can be accepted by the filter and the counts, without its root', async () => {
    const [receipt] = answer.receipts;
    // The root commits to the gas, which neither the filter nor the counts do.
    const altered = [{ ...receipt, cumulativeGasUsed: '0x5209' }];
    const client = clientOf(answer.block, altered);
    await expect(client.block(7)).rejects.toThrow(/receipts root is wrong/);
    const accepted = await client.blockByOtherRule?.(answer.block.hash);
    expect(accepted).toMatchObject({ hash: answer.block.hash, proven: 'header' });
    // Above the band it is compared with what a second provider answers.
    expect(accepted?.contentDigest).toEqual(expect.any(String));
    expect(accepted?.transfers).toMatchObject([{ to: purse, amount: 5n }]);
    await expect(clientOf(answer.block, []).blockByOtherRule?.(answer.block.hash)).rejects.toThrow(
      InvalidBlock,
    );
  });
});
