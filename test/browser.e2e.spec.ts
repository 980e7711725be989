import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../apps/chain-watcher/src/migrate';
import { CHAIN, type LocalChain, startLocalChain } from '../apps/chain-watcher/testing/local-chain';
import { type AppProcess, startApp } from './app-process';
import { TestBrowser } from './browser';
import { copyOf, freePort, type TestDatabase } from './dependencies';
import { createLedgerForTest, type TestLedger } from './ledger-harness';
import { describeWith } from './needs';

describeWith('browser', 'in a browser', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await TestBrowser.start();
  });
  afterAll(() => browser.stop());

  describe('the ledger', () => describeLedger(() => browser));
  describe('the chain-watcher', () => describeWatcher(() => browser));
});

function describeLedger(browser: () => TestBrowser): void {
  let ledger: TestLedger;

  beforeAll(async () => {
    ledger = await createLedgerForTest();
  });
  afterAll(() => ledger?.close());

  it.each([
    ['/docs', 'A ledger for crypto deposits'],
    ['/docs/', 'A ledger for crypto deposits'],
    ['/openapi.json', '"openapi"'],
    ['/metrics', 'daybook_http_request_duration_seconds'],
  ])('%s asks for a password, takes the key and shows its content', async (path, shown) => {
    const key = path === '/metrics' ? ledger.operatorKey : ledger.apiKey;
    const { page, status, faults } = await browser().open(ledger.url + path, key);
    expect(status).toBe(200);
    await page.getByText(shown).first().waitFor();
    expect(faults).toEqual([]);
  });

  it.each(['/livez', '/readyz', '/startupz'])(
    '%s shows its content without a key',
    async (path) => {
      const { page, status, faults } = await browser().open(ledger.url + path);
      expect(status).toBe(200);
      await page.getByText('"status":"ok"').waitFor();
      expect(faults).toEqual([]);
    },
  );

  it('/docs sends a request with the key that was typed into its form', async () => {
    const { page, faults } = await browser().open(`${ledger.url}/docs`, ledger.apiKey);
    await page.getByRole('button', { name: 'Authorize' }).click();
    const form = page.locator('.auth-container');
    await form.locator('input').fill(ledger.apiKey);
    await form.getByRole('button', { name: 'Apply credentials' }).click();
    await form.getByRole('button', { name: 'Close' }).click();
    await page.locator('.opblock-summary-path', { hasText: '/v1/assets' }).click();
    await page.getByRole('button', { name: 'Try it out' }).click();
    const answered = page.waitForResponse((response) => response.url().includes('/v1/assets'));
    await page.getByRole('button', { name: 'Execute' }).click();
    expect((await answered).status()).toBe(200);
    await page.locator('.live-responses-table').getByText('"decimals"').first().waitFor();
    expect(faults).toEqual([]);
  });

  it('a wrong password is refused with a sentence that says what to send', async () => {
    const { page, status } = await browser().open(`${ledger.url}/docs`, 'wrong');
    expect(status).toBe(401);
    await page.getByText('Send a valid API key').waitFor();
  });

  // A browser repeats a password to any page that asks for a request, so commands never take one.
  it('/v1/customers asks for no password', async () => {
    const { page, status } = await browser().open(`${ledger.url}/v1/customers`, ledger.apiKey);
    expect(status).toBe(401);
    await page.getByText('Send a valid API key').waitFor();
  });
}

function describeWatcher(browser: () => TestBrowser): void {
  let chain: LocalChain;
  let database: TestDatabase;
  let folder: string;
  let watcher: AppProcess;
  let metricsPort: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-browser-'));
    [chain, database] = await Promise.all([
      startLocalChain(),
      copyOf('watcher', (url) => migrate(url, 'postgres')),
    ]);
    const local = { id: CHAIN, name: 'Local', rpcUrl: chain.anvil.url, blockTimeMs: null };
    const finality = { kind: 'depth', confirmations: 2 };
    const chainsFile = join(folder, 'chains.json');
    await writeFile(chainsFile, JSON.stringify({ chains: [{ ...local, finality, assets: [] }] }));
    metricsPort = String(await freePort());
    watcher = await startApp('chain-watcher', {
      DAYBOOK_DATABASE_URL: database.url,
      DAYBOOK_CHAINS_FILE: chainsFile,
      DAYBOOK_METRICS_PORT: metricsPort,
    });
  });
  afterAll(async () => {
    await watcher.stop();
    await Promise.all([chain.stop(), database.drop()]);
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['/livez', '"status":"ok"'],
    ['/readyz', '"status":"ok"'],
    ['/startupz', '"status":"ok"'],
    ['/metrics', 'process_cpu_seconds_total'],
  ])('%s shows its content without a key', async (path, shown) => {
    const url = path === '/metrics' ? `http://127.0.0.1:${metricsPort}` : watcher.url;
    const { page, status, faults } = await browser().open(url + path);
    expect(status).toBe(200);
    await page.getByText(shown).first().waitFor();
    expect(faults).toEqual([]);
  });
}
