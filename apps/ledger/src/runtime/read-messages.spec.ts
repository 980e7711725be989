import { MalformedMessage } from '@daybook/contracts';
import type { ReceivedMessage } from '@daybook/messaging';
import { readMessages } from './read-messages';

function message(offset: number, key: string, value: string): ReceivedMessage {
  const publishedAt = '2026-01-01T00:00:00.000Z';
  return { topic: 't', offset: `${offset}`, id: `${offset}`, key, value, headers: {}, publishedAt };
}

function parse(value: string): string {
  if (value.startsWith('bad')) throw new MalformedMessage(`${value} is malformed.`);
  return value;
}

describe('readMessages', () => {
  it('reads each key up to its first poison, and other keys whole', () => {
    const { read, poison } = readMessages(
      [
        message(1, 'a', 'one'),
        message(2, 'b', 'two'),
        message(3, 'a', 'bad three'),
        message(4, 'a', 'four'),
        message(5, 'b', 'five'),
        message(6, 'a', 'bad six'),
      ],
      parse,
    );
    expect(read.map(({ content }) => content)).toEqual(['one', 'two', 'five']);
    expect(poison.map(({ message: { offset }, reason }) => [offset, reason])).toEqual([
      ['3', 'bad three is malformed.'],
    ]);
  });

  it('does not take a fault of the program for poison', () => {
    expect(() =>
      readMessages([message(1, 'a', 'one')], () => {
        throw new TypeError('a fault');
      }),
    ).toThrow(TypeError);
  });
});
