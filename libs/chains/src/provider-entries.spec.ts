import { InvalidChainsFile, readChainsFile } from './chains-file';

const first = { name: 'alpha', rpcUrl: 'https://alpha.example/secret-key' };
const second = { name: 'beta', rpcUrl: 'https://beta.example/other-key' };

function connectionOf(fields: object) {
  return readChainsFile(JSON.stringify({ chains: [{ id: 'eip155:1', ...fields }] })).connections[0];
}

function faultsOf(fields: object): readonly string[] {
  try {
    connectionOf(fields);
  } catch (error) {
    if (error instanceof InvalidChainsFile) return error.faults;
    throw error;
  }
  return [];
}

describe('the providers of a chain', () => {
  it('are listed with names, in the order of the file', () => {
    const limited = { ...second, wsUrl: 'wss://beta.example', requestsPerSecond: 12.5 };
    expect(connectionOf({ providers: [first, limited] })?.providers).toEqual([
      { ...first, wsUrl: null, headers: {}, requestsPerSecond: null },
      { ...limited, headers: {} },
    ]);
  });

  it('are one without a name where the file has an rpcUrl', () => {
    const rpcUrl = 'http://127.0.0.1:8545';
    expect(connectionOf({ rpcUrl, wsUrl: 'ws://127.0.0.1:8545' })).toMatchObject({
      providers: [{ name: 'node', rpcUrl, wsUrl: 'ws://127.0.0.1:8545' }],
      singleProvider: 'wait',
    });
  });

  it('may be accepted alone', () => {
    expect(connectionOf({ providers: [first], singleProvider: 'accept' })).toMatchObject({
      singleProvider: 'accept',
    });
  });

  it.each([
    ['none', {}, /eip155:1 has no provider/],
    ['an empty list', { providers: [] }, /providers must be a list of 1 to 8 providers/],
    ['both forms', { providers: [first], rpcUrl: first.rpcUrl }, /belong to one of them/],
    ['a name twice', { providers: [first, { ...second, name: 'alpha' }] }, /two providers alpha/],
    [
      'one URL under two names',
      { providers: [first, { ...second, rpcUrl: first.rpcUrl }] },
      /alpha and beta have the same URL/,
    ],
    ['a name with a URL in it', { providers: [{ ...first, name: 'https://x' }] }, /must be a name/],
    ['no rpcUrl', { providers: [{ name: 'alpha' }] }, /required property 'rpcUrl'/],
    ['a rate of zero', { providers: [{ ...first, requestsPerSecond: 0 }] }, /how many requests/],
    ['another word', { providers: [first], singleProvider: 'yes' }, /"wait" or "accept"/],
  ])('are refused: %s', (_, fields, fault) => {
    const faults = faultsOf(fields);
    expect(faults.join('\n')).toMatch(fault);
    expect(faults.join('\n')).not.toContain('key');
  });
});
