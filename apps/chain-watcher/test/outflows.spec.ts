import { type OutflowV1, parseTransfer, TOPICS, type TransferV1 } from '@daybook/contracts';
import { addressOf, erc20Log, type TransactionPlan } from '../../../libs/chains/testing/raw-blocks';
import { createRawNode } from '../../../libs/chains/testing/raw-node';
import { purse, RAW_CHAIN, type RawWatch, rawWatch } from '../testing/raw-watch';

const COIN = `${RAW_CHAIN}/slip44:60`;
const TOKEN = addressOf('token');
const stranger = addressOf('stranger');
const BAND = 1_000n;

/** The gas of these transactions costs 21. */
const FEE = 21n;
const priced = { receiptFields: { gasUsed: '0x3', effectiveGasPrice: '0x7' } };

let world: RawWatch;
beforeEach(async () => {
  world = await rawWatch();
  await world.lead({ band: BAND });
});
afterEach(() => world.watch.close());

async function send(...plans: readonly TransactionPlan[]): Promise<void> {
  world.raw.mine(plans);
  await world.settle();
}

function pays(to: string, value: bigint): TransactionPlan {
  return { from: purse, to, value, ...priced };
}

function fromPurse(amount: bigint, to = stranger) {
  return erc20Log(TOKEN, purse, to, amount);
}

function toPurse(amount: bigint, from = stranger) {
  return erc20Log(TOKEN, from, purse, amount);
}

/** As `<ordinal> <status> <amount>`, without what is netted. */
function shown({ status, amount, netted = '0' }: OutflowV1 | TransferV1, id: string): string {
  return `${id.slice(id.lastIndexOf('/') + 1)} ${status} ${BigInt(amount) - BigInt(netted)}`;
}

const outflows = () => world.outflows().map((each) => shown(each, each.outflowId));
const transfers = () =>
  world.broker
    .messages(TOPICS.transfer)
    .map(({ value }) => parseTransfer(value))
    .map((each) => shown(each, each.transferId));

describe('what leaves a purse', () => {
  it('is reported like what arrives, with what the transaction cost', async () => {
    await send(pays(stranger, 5n));
    const [sent, fee] = world.outflows();
    expect(sent).toMatchObject({
      ...{ status: 'detected', asset: COIN, amount: '5', from: purse, to: stranger },
      ...{ chain: RAW_CHAIN, block: { number: 10 }, finality: null },
    });
    expect(fee).toMatchObject({ asset: COIN, amount: String(FEE), from: purse, to: null });
    expect([sent?.outflowId, fee?.outflowId]).toEqual([
      `${RAW_CHAIN}/${sent?.txHash}/value:0`,
      `${RAW_CHAIN}/${sent?.txHash}/fee:0`,
    ]);
    expect(world.broker.messages(TOPICS.outflow).map(({ key }) => key)).toEqual([
      `${RAW_CHAIN}|${purse}`,
      `${RAW_CHAIN}|${purse}`,
    ]);
    await world.mine(3);
    expect(new Set(outflows().slice(2))).toEqual(new Set(['fee:0 final 21', 'value:0 final 5']));
    expect(transfers()).toEqual([]);
  });

  it('is reported no matter who sent it, and costs the purse nothing then', async () => {
    await send({ ...priced, to: TOKEN, logs: [fromPurse(5n), fromPurse(0n), fromPurse(7n)] });
    expect(outflows()).toEqual(['log:0 detected 5', 'log:2 detected 7']);
  });

  it('is the fee alone when the transaction failed', async () => {
    await send({ ...pays(stranger, 5n), failed: true });
    await world.mine(3);
    expect(outflows()).toEqual(['fee:0 detected 21', 'fee:0 final 21']);
  });

  it('is nothing where the chain charged nothing', async () => {
    await send({ ...pays(stranger, 0n), receiptFields: { gasUsed: '0x0' } });
    expect(outflows()).toEqual([]);
  });

  it('is a transfer as well when it arrives at another purse, and none when it does not leave', async () => {
    const minted = { address: addressOf('other purse'), mintedAt: Date.now(), position: null };
    void world.watch.offerAddresses([minted], null);
    await world.settle();
    // Nobody's signature: its sender is not checked.
    const toItself = { ...pays(purse, 9n), fields: { r: '0x0' } };
    await send(pays(minted.address, 5n), toItself);
    expect(transfers()).toEqual(['value:0 detected 5', 'value:0 detected 0']);
    expect(outflows()).toEqual(['value:0 detected 5', 'fee:0 detected 21', 'fee:0 detected 21']);
  });

  it('is netted with what arrives of the same asset in the same transaction', async () => {
    const logs = [toPurse(10n), toPurse(5n), fromPurse(7n)];
    await send({ ...priced, to: TOKEN, logs });
    expect(transfers()).toEqual(['log:0 detected 8', 'log:1 detected 0']);
    expect(outflows()).toEqual(['log:2 detected 0']);
    await send({ ...priced, salt: 'more', logs: [fromPurse(9n), toPurse(4n)] });
    expect(outflows().at(-1)).toBe('log:0 detected 5');
    expect(transfers().at(-1)).toBe('log:1 detected 0');
  });

  it('is taken back by a reorg, and failed if it fails in its new block', async () => {
    await send({ ...pays(stranger, 5n), salt: 'one' });
    const failed = { ...pays(stranger, 5n), salt: 'one', failed: true };
    world.raw.blocks.splice(10, 1, ...world.raw.forged(10, [failed]).slice(10));
    await world.mine(4);
    expect(outflows().filter((it) => it.startsWith('value:0'))).toEqual([
      ...['value:0 detected 5', 'value:0 reverted 5', 'value:0 failed 5'],
    ]);
    expect(outflows().filter((it) => it.startsWith('fee:0'))).toEqual([
      ...['fee:0 detected 21', 'fee:0 reverted 21', 'fee:0 detected 21', 'fee:0 final 21'],
    ]);
  });

  it('is found by a rescan, and published once more when an operator wants that', async () => {
    await send(pays(stranger, 5n));
    await world.mine(3);
    const before = outflows();
    const request = {
      ...{ chain: RAW_CHAIN, from: 10, to: 10, blocksMax: 9, isCancelled: false, position: '1' },
      ...{ requestedBy: 'operator:test', requestedAt: new Date().toISOString() },
    };
    await world.watch.takeRequest({ ...request, requestId: crypto.randomUUID(), kind: 'rescan' });
    await world.settle();
    expect(outflows()).toEqual(before);
    const requestId = crypto.randomUUID();
    await world.watch.takeRequest({ ...request, requestId, kind: 'report-again' });
    await world.settle();
    const again = new Set(['fee:0 final 21', 'value:0 final 5']);
    expect(new Set(outflows().slice(before.length))).toEqual(again);
  });
});

describe('what leaves a purse above the band', () => {
  it('waits for a second provider', async () => {
    await send(pays(stranger, BAND + 1n));
    await world.mine(3);
    expect(world.outflows().at(-1)).toMatchObject({
      ...{ amount: '1001', waiting: 'awaiting-second-provider' },
    });
    await world.lead({ band: BAND, nodes: [world.node, createRawNode()] });
    await world.mine(1);
    expect(outflows()).toContain('value:0 final 1001');
  });

  it('waits for ever, and makes no more versions, if two show another price of its gas', async () => {
    const other = createRawNode();
    await send({
      ...pays(stranger, 5n),
      receiptFields: { gasUsed: '0x3e9', effectiveGasPrice: '0x1' },
    });
    other.blocks = world.raw.blocks.map(({ block, receipts }) => ({
      block,
      receipts: receipts.map((receipt) => ({ ...receipt, effectiveGasPrice: '0x2' })),
    }));
    const nodes = [world.node, other];
    await world.lead({ band: BAND, nodes });
    for (let n = 0; n < 5; n++) {
      world.raw.mine();
      other.blocks.push(...world.raw.blocks.slice(-1));
      await world.settle();
    }
    const fees = outflows().filter((it) => it.startsWith('fee:0'));
    expect(fees).toEqual(['fee:0 detected 1001', 'fee:0 detected 1001']);
    expect(outflows()).toContain('value:0 final 5');
  });
});
