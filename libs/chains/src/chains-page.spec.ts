import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { readChainsFile } from './chains-file';
import schema from './chains-file.schema.json';

const page = readFileSync(join(__dirname, '../../../docs/chains.md'), 'utf8');
/** Each with the id of its chain. */
const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(
  ([, text = '']) => [/"id": "([^"]+)"/.exec(text)?.[1] ?? '', text] as const,
);

it('the schema of the chains file is valid', () => {
  expect(new Ajv2020().validateSchema(schema)).toBe(true);
});

describe('docs/chains.md', () => {
  it.each(examples)('shows an entry of %s that is accepted', (_, text) => {
    const example = JSON.parse(text);
    const file = 'chains' in example ? example : { chains: [example] };
    expect(readChainsFile(JSON.stringify(file)).connections).toHaveLength(1);
  });

  it('explains every field of a chain, a provider and an asset', () => {
    const guide = page.slice(page.indexOf('## Adding a chain'));
    const { chain, provider, asset } = schema.$defs;
    const fields = [chain, provider, asset].flatMap(({ properties }) => Object.keys(properties));
    expect(fields.filter((field) => !guide.includes(`\`${field}\``))).toEqual([]);
  });

  it('names the defaults that hold', () => {
    const entry = { id: 'eip155:1329', rpcUrl: 'https://node.example' };
    const registry = readChainsFile(JSON.stringify({ chains: [entry] }));
    expect(registry.chains.find(({ id }) => id === entry.id)).toMatchObject({
      ...{ name: entry.id, blockTimeMs: 12_000, reorgWindow: 256 },
      ...{ finality: { kind: 'depth', confirmations: 64 }, thresholds: [], minimumFinality: null },
    });
    expect(registry.connections).toMatchObject([{ singleProvider: 'wait', startBlock: null }]);
    for (const value of ['| 12000 |', '| 256 |', '| 64 confirmations |']) {
      expect(page).toContain(value);
    }
  });
});
