import { TOPICS } from '@daybook/contracts';
import type { ReceivedMessage } from '@daybook/messaging';
import { addressOf } from '../../../../libs/chains/testing/raw-blocks';
import type { MintedAddress } from './late-addresses';
import { offerMessages } from './purse-addresses.consumer';
import { createReadMark, type ReadMark } from './read-mark';

const MINTED_AT = '2026-01-01T00:00:00.000Z';
const [one, two] = [addressOf('one'), addressOf('two')];

let offset = 0;

function message(key: string, value: unknown): ReceivedMessage {
  offset += 1;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const place = { topic: TOPICS.purseAddress, offset: String(offset), publishedAt: MINTED_AT };
  return { ...place, id: String(offset), key, value: text, headers: {} };
}

function minted(address: string, position?: string, family = 'evm'): ReceivedMessage {
  return message(address, { family, address, mintedAt: MINTED_AT, ...(position && { position }) });
}

interface Offered {
  readonly addresses: readonly MintedAddress[];
  readonly through: bigint | null;
}

/** What the watch was offered, and what was poison. */
async function offer(messages: readonly ReceivedMessage[], mark: ReadMark) {
  const offered: Offered[] = [];
  const note = async (addresses: readonly MintedAddress[], through: bigint | null) => {
    offered.push({ addresses, through });
  };
  const poison = await offerMessages(messages, 'evm', note, mark);
  return { offered, poison };
}

describe('offerMessages', () => {
  it('offers the addresses of the family, up to the highest position of all', async () => {
    const mark = createReadMark(null, null);
    const messages = [minted(one, '7'), minted(two), minted('TXYZ', '9', 'tron')];
    const { offered, poison } = await offer(messages, mark);
    const mintedAt = Date.parse(MINTED_AT);
    expect(offered).toEqual([
      {
        addresses: [
          { address: one, mintedAt, position: 7n },
          { address: two, mintedAt, position: null },
        ],
        through: 9n,
      },
    ]);
    expect(poison).toEqual([]);
    expect(mark.read).toBe(9n);
  });

  it('calls poison what cannot be read, and leaves out what follows it under its key', async () => {
    const messages = [
      message(one, 'no JSON'),
      minted(one, '8'),
      message(two, { family: 'evm', address: '0x12', mintedAt: MINTED_AT, position: '9' }),
      minted(addressOf('three'), '3'),
    ];
    const { offered, poison } = await offer(messages, createReadMark(null, null));
    expect(offered).toMatchObject([{ addresses: [{ position: 3n }], through: 3n }]);
    expect(poison.map(({ message: { key }, reason }) => [key, reason])).toEqual([
      [one, 'A message of daybook.purse-address.v1 is not JSON.'],
      [two, '0x12 is no address of the family evm.'],
    ]);
  });

  it('counts nothing that the watch did not store', async () => {
    const mark = createReadMark(null, null);
    const refuse = () => Promise.reject(new Error('The watch has ended.'));
    const offering = offerMessages([minted(one, '7')], 'evm', refuse, mark);
    await expect(offering).rejects.toThrow('The watch has ended.');
    expect(mark.read).toBeNull();
  });
});
