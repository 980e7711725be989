import { JSON_DEPTH_MAX, parseJsonBody } from './parse-json';

const parse = (text: string) => parseJsonBody(Buffer.from(text));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('parseJsonBody', () => {
  it('reads what JSON can say', () => {
    expect(parse('{"a":["[{\\"[",null,true],"b":"Ω😀"}')).toEqual({
      a: ['[{"[', null, true],
      b: 'Ω😀',
    });
  });

  it('reads nesting up to the limit and refuses what is deeper', () => {
    expect(() => parse(nested(JSON_DEPTH_MAX))).not.toThrow();
    expect(() => parse(nested(JSON_DEPTH_MAX + 1))).toThrow('nested deeper');
    expect(() => parse('['.repeat(60_000))).toThrow('nested deeper');
  });

  it.each(['', '{', '{"a":1,}', "{'a':1}", 'undefined', '\u0000', '{"a":"\u0001"}', 'NaN'])(
    'refuses %j',
    (text) => {
      expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'malformed-json' }));
    },
  );

  it('never repeats the body in its refusal', () => {
    expect(() => parse('{"secret":"hunter2" oops}')).not.toThrow(/hunter2|secret|oops/);
  });

  it.each([
    '{"__proto__":{"admin":true}}',
    '{"\\u005f_proto__":1}',
    '{"a":[{"constructor":{"prototype":{}}}]}',
  ])('refuses a key that pollutes prototypes: %s', (text) => {
    expect(() => parse(text)).toThrow('a forbidden key');
  });

  it('refuses bytes that are not UTF-8 instead of replacing them', () => {
    const bytes = Buffer.from([0x22, 0xff, 0xfe, 0x22]);
    expect(() => parseJsonBody(bytes)).toThrow('not UTF-8');
  });
});
