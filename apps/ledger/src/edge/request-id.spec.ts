import { requestIdOf, traceparentOf } from './request-id';

describe('requestIdOf', () => {
  it('keeps an id that is safe to repeat', () => {
    expect(requestIdOf({ headers: { 'x-request-id': 'req-1:a.B_9' } })).toBe('req-1:a.B_9');
  });

  it.each([undefined, '', 'a b', 'ä', 'a\u0000', 'x'.repeat(129), ['a', 'b']])(
    'makes a new id instead of %j',
    (given) => {
      const headers = given === undefined ? {} : { 'x-request-id': given };
      expect(requestIdOf({ headers })).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});

describe('traceparentOf', () => {
  const valid = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  it('keeps a valid one', () => {
    expect(traceparentOf({ headers: { traceparent: valid } })).toBe(valid);
  });

  it.each([
    '',
    `${valid}-extra`,
    valid.toUpperCase(),
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
    'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ])('ignores %j', (traceparent) => {
    expect(traceparentOf({ headers: { traceparent } })).toBeUndefined();
  });
});
