import { SigningKey } from 'ethers';
import { addressOf, type Json, STRANGER, seal, witnessOf } from '../../testing/tron-blocks';
import { CHAIN } from '../../testing/tron-recordings';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { proveHeader } from './prove-header';
import type { TronNode } from './tron-node';
import { createWitnesses } from './witnesses';

const KEYS = [1, 2, 3, 4, 5].map((each) => new SigningKey(`0x${`0${each}`.repeat(32)}`));
/** The stranger signs this one for its witness. */
const CHANGED = 3;

/** Linked blocks that the witnesses sign in turn. */
function chainOf(length: number): readonly Json[] {
  const blocks: Json[] = [];
  for (let number = 1; number <= length; number++) {
    const parentHash: string = blocks.at(-1)?.blockID ?? '11'.repeat(32);
    const raw_data = { number, timestamp: number * 3_000, parentHash, version: 32 };
    const key = KEYS[number % KEYS.length] as SigningKey;
    const signer = number === CHANGED ? STRANGER : key;
    blocks.push(seal({ block_header: { raw_data } }, signer, witnessOf(key)));
  }
  return blocks;
}

const whole = chainOf(40);

interface Answers {
  readonly blocks?: readonly Json[];
  readonly witnesses?: readonly Json[];
  readonly accounts?: Readonly<Record<string, Json>>;
}

const LISTED = KEYS.map((key) => ({ address: witnessOf(key), isJobs: true }));

/** A node that knows these blocks, witnesses and accounts, and counts what it is asked. */
function nodeOf({ blocks = whole, witnesses = LISTED, accounts = {} }: Answers = {}) {
  const asked: string[] = [];
  const node: TronNode = {
    async full(call, body) {
      asked.push(call);
      const { id_or_num, address } = body as Json;
      if (call === 'getblock') return blocks[Number(id_or_num) - 1] ?? {};
      if (call === 'listwitnesses') return { witnesses };
      if (call === 'getaccount') return accounts[address] ?? {};
      throw new RpcFailure(`There is no ${call}.`, 'refused');
    },
    fullUnparsed: () => Promise.reject(new RpcFailure('No whole block is needed.', 'refused')),
    solid: () => Promise.reject(new RpcFailure('There is no solidity port.', 'refused')),
    budget: () => ({ callsToday: 0, callsPerDay: null }),
    restsUntil: () => null,
  };
  const set = createWitnesses(node, CHAIN, 0);
  const prove = (block: Json | undefined) =>
    set.judge((maySign) => proveHeader(block ?? {}, CHAIN, maySign));
  return { asked, prove };
}

describe('a signer', () => {
  const changed = whole[CHANGED - 1];

  it('is known without another question once the witnesses are listed', async () => {
    const { asked, prove } = nodeOf();
    await prove(whole[0]);
    await prove(whole[1]);
    expect(asked).toEqual(['listwitnesses']);
  });

  it('may have the key of the permission of its witness', async () => {
    const keys = [{ address: witnessOf(STRANGER), weight: 1 }];
    const witness = witnessOf(KEYS[CHANGED] as SigningKey);
    const { asked, prove } = nodeOf({ accounts: { [witness]: { witness_permission: { keys } } } });
    expect(await prove(changed)).toMatchObject({ number: CHANGED });
    expect(asked).toEqual(['listwitnesses', 'getaccount']);
  });

  it('may have had a key that its witness replaced, if enough others built on its block', async () => {
    const { asked, prove } = nodeOf();
    expect(await prove(changed)).toMatchObject({ number: CHANGED });
    // Four of five known witnesses: 70 %, rounded up.
    expect(asked.filter((call) => call === 'getblock')).toHaveLength(4);
  });

  it('is not known from such a block, whose signature a node can replace', async () => {
    const { prove } = nodeOf();
    await prove(changed);
    const raw_data = { number: 41, timestamp: 123_000, parentHash: whole.at(-1)?.blockID };
    const witness = witnessOf(KEYS[CHANGED] as SigningKey);
    const next = seal(
      { block_header: { raw_data: { ...raw_data, version: 32 } } },
      STRANGER,
      witness,
    );
    await expect(prove(next)).rejects.toThrow(/is no known key of witness/);
  });

  const [one] = LISTED;
  /** Its witness and four that made none of these blocks. */
  const OTHERS = LISTED.map((each, i) =>
    i === CHANGED ? each : { ...each, address: addressOf(`other ${i}`) },
  );
  const forged = seal(changed ?? {}, STRANGER, witnessOf(KEYS[0] as SigningKey));
  it.each<[string, Json | undefined, Answers]>([
    ['nobody built on its block yet', changed, { blocks: whole.slice(0, CHANGED) }],
    ['too few built on its block', changed, { blocks: whole.slice(0, CHANGED + 3) }],
    ['the blocks above are linked to another one', forged, {}],
    ['those who built on it are not listed', changed, { witnesses: OTHERS }],
    ['nobody is active', changed, { witnesses: LISTED.map(({ address }) => ({ address })) }],
    ['its witness is not listed', changed, { witnesses: [one] as Json[] }],
    ['there are no witnesses', changed, { witnesses: [] }],
  ])('is refused if %s', async (_, block, answers) => {
    const refused = nodeOf(answers).prove(block);
    await expect(refused).rejects.toThrow(InvalidBlock);
    await expect(refused).rejects.toThrow(/is no known key of witness/);
  });

  it.each<[string, Answers]>([
    ['witnesses', { witnesses: 'none' as never }],
    ['a witness', { witnesses: [null as never] }],
    ['the address of a witness', { witnesses: [{ address: 5 }] }],
    [
      'a permission',
      { accounts: { [witnessOf(KEYS[CHANGED] as SigningKey)]: { witness_permission: 1 } } },
    ],
  ])('is refused with a sentence if the node has no valid %s', async (_, answers) => {
    await expect(nodeOf(answers).prove(changed)).rejects.toThrow(InvalidBlock);
  });

  it('is asked for by one question, however many blocks need it at once', async () => {
    const { asked, prove } = nodeOf();
    await Promise.all(whole.filter((_, i) => i !== CHANGED - 1).map(prove));
    expect(asked).toEqual(['listwitnesses']);
  });
});
