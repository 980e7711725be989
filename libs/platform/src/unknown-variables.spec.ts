import { unknownVariables } from './unknown-variables';

describe('a variable that nothing reads', () => {
  it('is named with the one that is probably meant, and without its value', () => {
    expect(unknownVariables({ DAYBOOK_CHAIN_FILE: 'secret.json' })).toEqual([
      'DAYBOOK_CHAIN_FILE is set, but nothing reads it. Is DAYBOOK_CHAINS_FILE meant?',
    ]);
    expect(unknownVariables({ DAYBOOK_EVM_XPUP: 'x', DAYBOOK_LOGLEVEL: 'info' })).toEqual([
      expect.stringContaining('Is DAYBOOK_EVM_XPUB meant?'),
      expect.stringContaining('Is DAYBOOK_LOG_LEVEL meant?'),
    ]);
  });

  it('is named alone if it is like none', () => {
    expect(unknownVariables({ DAYBOOK_SOMETHING_ELSE: 'x' })).toEqual([
      'DAYBOOK_SOMETHING_ELSE is set, but nothing reads it. .env.example lists all of them.',
    ]);
  });

  it('is none of ours, of the tests or of other programs', () => {
    const set = { DAYBOOK_CHAINS_FILE: 'x', DAYBOOK_TEST_CLOCK_MS: '1', PATH: '/', daybook_x: '1' };
    expect(unknownVariables(set)).toEqual([]);
  });
});
