import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '../../..');

describe('the package of the client', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-client-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('works in an app that has nothing but what the package asks for', () => {
    const archive = execFileSync(process.execPath, [join(ROOT, 'libs/client/pack.mjs'), folder])
      .toString()
      .trim();
    const installed = join(folder, 'node_modules/@daybook/client');
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', archive, '-C', installed, '--strip-components=1']);
    const { dependencies, peerDependencies } = JSON.parse(
      readFileSync(join(installed, 'package.json'), 'utf8'),
    );
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      const place = join(folder, 'node_modules', name);
      mkdirSync(dirname(place), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), place);
    }
    const uses = `
      const { DaybookClient, DaybookClientModule, DaybookRest, v1 } = require('@daybook/client');
      const client = new DaybookClient({ address: 'localhost:1', apiKey: 'dbk_key', tls: false });
      client.customers
        .createCustomer({ externalId: 'alice', families: [v1.Family.FAMILY_EVM] }, { timeoutMs: 50 })
        .catch((error) => console.log(error.name, DaybookClientModule.name));
      new DaybookRest({ url: 'http://localhost:1', apiKey: 'dbk_key', timeoutMs: 50 })
        .call('listAssets', {})
        .catch((error) => console.log(error.name));
    `;
    const said = execFileSync(process.execPath, ['-e', uses], { cwd: folder }).toString().trim();
    const lines = said.split('\n').toSorted();
    expect(lines).toEqual(['DaybookError DaybookClientModule', 'DaybookProblem']);
  });
});
