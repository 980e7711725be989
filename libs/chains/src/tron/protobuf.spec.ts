import { InvalidBlock } from '../invalid-block';
import { decodeMessage, encodeMessage, integerIn, type MessagePlan } from './protobuf';

const PLAN: MessagePlan = [
  [1, 'count', 'integer'],
  [2, 'hash', 'bytes'],
  [3, 'colour', ['RED', 'GREEN']],
  [20, 'name', 'text'],
  [21, 'parts', { repeated: [[1, 'count', 'integer']] }],
];

function encoded(json: Record<string, unknown>): string {
  return encodeMessage(json, PLAN, 'thing');
}

describe('encodeMessage', () => {
  // The bytes of https://protobuf.dev/programming-guides/encoding for these values.
  it.each([
    ['an integer', { count: 150 }, '089601'],
    ['a negative integer', { count: -2 }, '08feffffffffffffffff01'],
    ['a long integer', { count: '-9223372036854775808' }, '0880808080808080808001'],
    ['bytes', { hash: '00ff' }, '120200ff'],
    ['a name of an enumeration', { colour: 'GREEN' }, '1801'],
    ['a text', { name: 'testing' }, 'a2010774657374696e67'],
    ['messages', { parts: [{ count: 150 }, {}] }, 'aa0103089601aa0100'],
    ['fields in the order of their numbers', { name: 'a', count: 1 }, '0801a2010161'],
  ])('writes %s', (_, json, digits) => {
    expect(encoded(json)).toBe(digits);
  });

  it('writes nothing for what is zero, empty or missing', () => {
    expect(encoded({ count: 0, hash: '', colour: 'RED', name: '' })).toBe('');
    expect(encoded({})).toBe('');
  });

  it.each([
    ['a field that is not in the plan', { count: 1, size: 2 }, /thing .* unknown field \(size\)/],
    ['an own field with a name of every object', JSON.parse('{"__proto__":1}'), /unknown field/],
    ['an unknown name', { colour: 'BLUE' }, /unknown colour of the thing/],
    ['messages that are no list', { parts: {} }, /no valid parts of the thing/],
    ['an unknown field in a message', { parts: [{ size: 1 }] }, /parts .* unknown field/],
    ['a value of another type', { name: 5 }, /no valid name of the thing/],
  ])('refuses %s', (_, json, sentence) => {
    const refused = () => encoded(json as Record<string, unknown>);
    expect(refused).toThrow(InvalidBlock);
    expect(refused).toThrow(sentence);
  });
});

describe('decodeMessage', () => {
  it('reads integers of 64 bits with their sign', () => {
    const bytes = Buffer.from('08ffffffffffffffff7f1080808080808080808001', 'hex');
    const message = decodeMessage(bytes, 'thing');
    expect([integerIn(message, 1), integerIn(message, 2)]).toEqual([2n ** 63n - 1n, -(2n ** 63n)]);
  });

  it.each([['08'], ['0aff'], ['08ffffffffffffffffffffff01'], ['07'], ['00'], ['0b']])(
    'refuses %s, which is no message',
    (digits) => {
      expect(() => decodeMessage(Buffer.from(digits, 'hex'), 'thing')).toThrow(
        /thing in the node's answer is not a protobuf message/,
      );
    },
  );
});
