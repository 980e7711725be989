import { addressOf, base58, contract, type Json, message } from '../../testing/tron-blocks';
import { recording } from '../../testing/tron-recordings';
import { integerOf, parseAnswer } from './answer';
import { signedContracts } from './contracts';

const ID = 'ab'.repeat(32);
const [alice, bob] = [addressOf('alice'), addressOf('bob')];

function contractsOf(...contracts: Uint8Array[]) {
  return signedContracts(message(...contracts.map((each) => [11, each] as const)), ID);
}

/** Every recorded transaction but those of the genesis block, with the node's own copy in JSON. */
const transactions = ['transfers', 'reorg-before', 'reorg-after'].flatMap((name) =>
  recording(name)
    .slice(1)
    .flatMap(({ block }) => (parseAnswer(block) as { transactions?: Json[] }).transactions ?? []),
);

describe('signedContracts', () => {
  it.each(transactions.map((each) => [each.raw_data.contract[0].type, each.txID, each]))(
    'says of a recorded %s (%s) what the node says',
    (type, txID, { raw_data, raw_data_hex, contract_address }) => {
      const contracts = signedContracts(Buffer.from(raw_data_hex, 'hex'), txID);
      const { value } = raw_data.contract[0].parameter;
      expect(contracts).toHaveLength(1);
      expect(contracts[0]?.owner).toBe(base58(value.owner_address));
      const to = type === 'CreateSmartContract' ? contract_address : value.contract_address;
      const isMove = /^(Transfer|TransferAsset|CreateSmart|TriggerSmart)Contract$/.test(type);
      expect(contracts[0]?.to).toBe(isMove ? base58(to ?? value.to_address) : null);
      const isAsset = type === 'TransferAssetContract';
      const sun = isAsset
        ? 0
        : (value.amount ?? value.call_value ?? value.new_contract?.call_value);
      expect(contracts[0]?.value).toBe(isMove ? integerOf(sun, 'value') : 0n);
      const amount = isAsset ? value.amount : value.call_token_value;
      expect(contracts[0]?.token?.amount ?? 0n).toBe(integerOf(amount, 'amount'));
      expect(contracts[0]?.input ?? '').toBe(value.data ?? '');
    },
  );

  it('has every type of contract that moves something among the recorded ones', () => {
    const types = new Set(transactions.map(({ raw_data }) => raw_data.contract[0].type));
    expect([...types]).toEqual(
      expect.arrayContaining([
        'TransferContract',
        'TransferAssetContract',
        'CreateSmartContract',
        'TriggerSmartContract',
      ]),
    );
  });

  // Java merges what is repeated, and the chain executes what Java read.
  it('takes the last of a repeated field', () => {
    const content = message([1, bob], [1, alice], [2, alice], [2, bob], [3, 1n], [3, 2n]);
    const contracts = contractsOf(contract(1, 'TransferContract', content));
    expect(contracts).toMatchObject([{ owner: base58(alice), to: base58(bob), value: 2n }]);
  });

  it('merges the parts of a repeated message', () => {
    const content = message([1, alice], [2, message([5, 7n])], [2, message([1, alice])]);
    expect(contractsOf(contract(30, 'CreateSmartContract', content))).toMatchObject([
      { value: 7n },
    ]);
  });

  it('takes a field of another type than expected for a missing one', () => {
    const content = message([1, alice], [2, bob], [3, 7n], [3, 'ff']);
    expect(contractsOf(contract(1, 'TransferContract', content))).toMatchObject([{ value: 7n }]);
  });

  it('ignores fields that it does not know', () => {
    const content = message([1, alice], [2, bob], [3, 7n], [99, 'ff'], [100, 5n]);
    // A field of eight bytes and one of four, as no message of TRON has.
    const fixed = Buffer.from('c93e0102030405060708cd3e01020304', 'hex');
    const whole = Buffer.concat([content, fixed]);
    expect(contractsOf(contract(1, 'TransferContract', whole))).toMatchObject([
      { to: base58(bob), value: 7n },
    ]);
  });

  it('reads a transaction without contracts', () => {
    expect(contractsOf()).toEqual([]);
  });
});
