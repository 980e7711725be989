import { Alice, afterCall, Bob, CHAIN, COIN, internal } from '../../testing/tron-transfers';
import { InvalidBlock } from '../invalid-block';

describe('internal transactions', () => {
  it('show TRX and every token that they move', () => {
    const callValueInfo = [
      { callValue: 2n ** 63n - 1n },
      { callValue: 7, tokenId: '1000001' },
      { callValue: 8, tokenId: '1000002' },
    ];
    const entries = [
      internal({ callValueInfo: [{}] }),
      internal({ note: 'suicide', callValueInfo }),
    ];
    expect(afterCall({ internal_transactions: entries })).toMatchObject([
      { ordinal: 'internal:1', asset: COIN, amount: 2n ** 63n - 1n, from: Alice, to: Bob },
      { ordinal: 'internal:1_1000001', asset: `${CHAIN}/trc10:1000001`, amount: 7n },
      { ordinal: 'internal:1_1000002', asset: `${CHAIN}/trc10:1000002`, amount: 8n },
    ]);
  });

  it('show nothing of what was rejected', () => {
    const entries = [internal({ rejected: true }), internal()];
    expect(afterCall({ internal_transactions: entries })).toMatchObject([
      { ordinal: 'internal:1', amount: 5n },
    ]);
  });

  // Nodes with vm.saveFeaturedInternalTx list these too.
  it.each([
    ['freezeForEnergy'],
    ['freezeBalanceV2ForBandwidth'],
    ['unfreezeBalanceV2ForEnergy'],
    ['delegateResourceOfEnergy'],
    ['unDelegateResourceOfBandwidth'],
    ['withdrawReward'],
    ['withdrawExpireUnfreeze'],
    ['voteWitness'],
    ['cancelAllUnfreezeV2'],
    [''],
  ])('show no transfer and count nothing for %p', (note) => {
    const entries = [
      internal({ note, transferTo_address: undefined }),
      internal({ note }),
      internal(),
    ];
    expect(afterCall({ internal_transactions: entries })).toMatchObject([
      { ordinal: 'internal:0' },
    ]);
  });

  // As java-tron 4.8.0 answered: the recipient got 30 TRX, of which 10 were being unstaked.
  it('show once what a self-destruct releases from staking', () => {
    const entry = (note: string, callValue: number) =>
      internal({ note, callValueInfo: [{ callValue }] });
    const entries = [
      entry('suicide', 30_000_000),
      entry('withdrawExpireUnfreezeWhileSuiciding', 10_000_000),
      internal(),
    ];
    const found = afterCall({ internal_transactions: entries });
    expect(found.map(({ ordinal, amount }) => [ordinal, amount])).toEqual([
      ['internal:0', 30_000_000n],
      ['internal:1', 5n],
    ]);
  });

  it.each([
    ['TRX', [{ callValue: 1 }, { callValue: 2 }]],
    ['a token', [{}, { callValue: 1, tokenId: '1000001' }, { callValue: 2, tokenId: '1000001' }]],
  ])('are refused if one of them moves %s twice', (_, callValueInfo) => {
    const entries = [internal({ callValueInfo })];
    expect(() => afterCall({ internal_transactions: entries })).toThrow(/one asset twice/);
  });

  it.each([
    ['a recipient', { transferTo_address: undefined }],
    ['a sender', { caller_address: '6162' }],
    ['the id of a token', { callValueInfo: [{}, { callValue: 1, tokenId: '1/2' }] }],
  ])('are refused if they move something without %s', (_, fields) => {
    expect(() => afterCall({ internal_transactions: [internal(fields)] })).toThrow(InvalidBlock);
  });
});
