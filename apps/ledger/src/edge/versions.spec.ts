import { etagOf, hasTag, preconditionOf, versioned, versionOf, versionsIn } from './versions';

const log = (epoch: number) => ({ identity: { id: 'a', epoch, streamPrefix: '', ended: [] } });

describe('the version of a resource', () => {
  it('is named with the epoch of the log', () => {
    expect(etagOf(log(3), 42n)).toBe('"3.42"');
  });

  it('belongs to the very answer, and to no copy', () => {
    const answer = versioned({ id: 'a' }, '42');
    expect([versionOf(answer), versionOf({ ...answer })]).toEqual([42n, null]);
    expect(versionOf(versioned({ id: 'a' }, null))).toBeNull();
  });
});

describe('If-Match', () => {
  it.each([
    [undefined, null],
    ['*', null],
    ['"0.42"', [42n]],
    ['"0.42", "0.43"', [42n, 43n]],
    [
      ['"0.42"', '"0.43"'],
      [42n, 43n],
    ],
    ['W/"0.42"', []],
    ['"1.42"', []],
    ['"0.0"', []],
    ['"x", "0.7"', [7n]],
    ['""', []],
  ])('%j asks for the versions %j', (header, versions) => {
    expect(versionsIn(log(0), header)).toEqual(versions);
  });

  it.each(['0.42', '"0.42', '', '"a" "b"', '"0.42",', `"${'1'.repeat(600)}"`, '*, "0.42"'])(
    'is refused as it is: %s',
    (header) => {
      expect(() => versionsIn(log(0), header)).toThrow(
        expect.objectContaining({ code: 'validation-failed' }),
      );
    },
  );

  it('passes over noted versions that move nothing', () => {
    const { counts } = preconditionOf([1n]);
    expect(counts({ type: 'ReplenishmentVersionNoted', data: { version: 2 } })).toBe(false);
    expect(counts({ type: 'ReplenishmentVersionNoted', data: { reason: 'a' } })).toBe(true);
    expect(counts({ type: 'CustomerUpdated', data: {} })).toBe(true);
  });
});

it.each([
  ['"0.42"', true],
  ['W/"0.42"', true],
  ['"0.41", "0.42"', true],
  ['*', true],
  ['"0.41"', false],
  ['0.42', false],
  [undefined, false],
])('If-None-Match %j has the tag: %s', (header, has) => {
  expect(hasTag(header, '"0.42"')).toBe(has);
});
