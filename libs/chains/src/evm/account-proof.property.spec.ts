import { encodeRlp } from 'ethers';
import fc from 'fast-check';
import { naiveTrie } from '../../testing/naive-trie';
import { addressOf, hashOf } from '../../testing/raw-blocks';
import { InvalidBlock } from '../invalid-block';
import { balanceIn, provenValue } from './account-proof';
import { type Keccak, loadKeccak } from './keccak';
import { EMPTY_ROOT } from './trie-root';

let keccak: Keccak;
beforeAll(async () => {
  keccak = await loadKeccak();
});

const digits = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((all) => all.join(''));

/** Paths of one length, many of them with a long beginning in common: extensions, and branches below each other. */
const paths = fc.constantFrom(4, 8, 64).chain((length) => {
  const start = fc.constantFrom('', 'a', 'aaa', 'aaab', 'aabbccdd'.repeat(8).slice(0, length - 1));
  const path = fc
    .tuple(start, digits(length))
    .map(([beginning, rest]) => (beginning + rest).slice(0, length));
  return fc.uniqueArray(path, { maxLength: 40 });
});
/** From one byte, so that a leaf stands in the node above it, to the size of an account. */
const value = fc
  .uint8Array({ minLength: 1, maxLength: 80 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));

/** A trie, and a path that may or may not be in it. */
const tries = paths.chain((all) =>
  fc.record({
    entries: fc.tuple(...all.map((path) => fc.tuple(fc.constant(path), value))),
    wanted: fc.oneof(
      ...(all.length > 0 ? [fc.constantFrom(...all)] : []),
      digits(all[0]?.length ?? 64),
    ),
  }),
);

it('proves of each path the value that it has, or that it has none', () => {
  fc.assert(
    fc.property(tries, ({ entries, wanted }) => {
      const found = entries.find(([path]) => path === wanted);
      const { root, nodesTo } = naiveTrie(entries, keccak);
      const expected = found === undefined ? null : `0x${found[1]}`;
      expect(provenValue(root, wanted, nodesTo(wanted), keccak)).toBe(expected);
    }),
    { numRuns: 1_000 },
  );
});

it('never proves something else with nodes that were changed, left out, added or are of another path', () => {
  const change = fc.record({
    kind: fc.constantFrom('digit', 'cut', 'twice', 'other', 'swap'),
    at: fc.nat(),
    to: fc.constantFrom(...'0123456789abcdef'),
  });
  fc.assert(
    fc.property(tries, change, ({ entries, wanted }, { kind, at, to }) => {
      const { root, nodesTo } = naiveTrie(entries, keccak);
      const right = nodesTo(wanted);
      const expected = provenValue(root, wanted, right, keccak);
      const nodes = [...right];
      const place = at % Math.max(nodes.length, 1);
      const node = nodes[place] ?? '0x80';
      const digit = 2 + (at % (node.length - 2));
      if (kind === 'digit') nodes[place] = node.slice(0, digit) + to + node.slice(digit + 1);
      if (kind === 'cut') nodes.splice(place, 1);
      if (kind === 'twice') nodes.splice(place, 0, node);
      if (kind === 'swap') nodes.reverse();
      if (kind === 'other') {
        const [other = wanted] = entries[at % Math.max(entries.length, 1)] ?? [];
        nodes.splice(0, nodes.length, ...nodesTo(other));
      }
      try {
        expect(provenValue(root, wanted, nodes, keccak)).toBe(expected);
      } catch (error) {
        if (!(error instanceof InvalidBlock)) throw error;
      }
    }),
    { numRuns: 2_000 },
  );
});

it('reads whatever a node may answer without another error', () => {
  const node = fc.oneof(
    fc.uint8Array({ maxLength: 80 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`),
    fc.anything(),
  );
  const proof = fc.oneof(
    fc.anything(),
    fc.record({ accountProof: fc.oneof(fc.array(node), fc.anything()), balance: fc.anything() }),
  );
  fc.assert(
    fc.property(proof, (answer) => {
      expect(() => balanceIn(answer, addressOf('purse'), hashOf('root'), keccak)).toThrow(
        InvalidBlock,
      );
    }),
    { numRuns: 2_000 },
  );
});

describe('the balance in a proof', () => {
  const purse = addressOf('purse');
  const account = (balance: string, more: readonly string[] = []) =>
    encodeRlp(['0x01', balance, EMPTY_ROOT, hashOf('code'), ...more]).slice(2);
  function proved(rlp: string, fields: object = {}) {
    const path = keccak(purse.slice(2));
    const entries = [[path, rlp] as const, [hashOf('other').slice(2), '01'] as const];
    const { root, nodesTo } = naiveTrie(entries, keccak);
    const answer = { address: purse, accountProof: nodesTo(path), ...fields };
    return balanceIn(answer, purse, root, keccak);
  }

  it('is that of the account, zero too, also if the chain adds a field to it', () => {
    expect(proved(account('0x0de0b6b3a7640000'))).toBe(10n ** 18n);
    expect(proved(account('0x'))).toBe(0n);
    expect(proved(account('0x05', ['0x01']), { balance: '0x5' })).toBe(5n);
  });

  it('is zero where there is no account', () => {
    const empty = { address: purse, balance: '0x0', accountProof: [] as string[] };
    expect(balanceIn(empty, purse, EMPTY_ROOT, keccak)).toBe(0n);
    expect(balanceIn({ accountProof: ['0x80'] }, purse, EMPTY_ROOT, keccak)).toBe(0n);
  });

  it('is refused if it is not the one that the node says, of another account or no account', () => {
    expect(() => proved(account('0x05'), { balance: '0x6' })).toThrow(/is not the one/);
    expect(() => proved(account('0x05'), { address: addressOf('other') })).toThrow(
      /of another account/,
    );
    expect(() => proved(encodeRlp(['0x01', '0x05']).slice(2))).toThrow(/has no balance/);
    expect(() => proved('01')).toThrow(InvalidBlock);
    expect(() => balanceIn({ accountProof: [] }, purse, hashOf('root'), keccak)).toThrow(
      /is missing/,
    );
  });
});
