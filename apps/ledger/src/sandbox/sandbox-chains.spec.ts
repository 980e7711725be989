import { readChainsFile } from '@daybook/chains';
import { ChainRegistry } from '../chains';
import { requireSandbox } from './sandbox-chains';

const ANVIL = 'eip155:31337';

function registryOf(...ids: readonly string[]): ChainRegistry {
  const rest = { name: 'Test', rpcUrl: 'http://127.0.0.1:1', assets: [], reorgWindow: 8 };
  const chains = ids.map((id) => ({ ...rest, id, finality: { kind: 'depth', confirmations: 1 } }));
  return new ChainRegistry(readChainsFile(JSON.stringify({ chains })));
}

it('is there where every chain is a development chain', () => {
  expect(() => requireSandbox(registryOf(ANVIL, 'eip155:1337', 'tron:2892671049'))).not.toThrow();
});

it.each(['eip155:1', 'eip155:11155111', 'tron:728126428', 'eip155:31338'])(
  'is not there where %s is watched as well',
  (chain) => {
    expect(() => requireSandbox(registryOf(ANVIL, chain))).toThrow(chain);
    expect(() => requireSandbox(registryOf(chain))).toThrow(/every chain is a development chain/);
  },
);
