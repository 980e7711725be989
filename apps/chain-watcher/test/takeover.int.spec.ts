import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTransfer, TOPICS, type TransferV1 } from '@daybook/contracts';
import { PostgresLog } from '@daybook/messaging';
import type { HealthReport } from '@daybook/platform';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { type AppProcess, startApp } from '../../../test/app-process';
import { copyOf, type TestDatabase, until } from '../../../test/dependencies';
import { migrate } from '../src/migrate';
import { CHAIN, type LocalChain, NATIVE, startLocalChain } from '../testing/local-chain';

const purse = addressOf('purse');
/** The lease, a frozen transaction and the next try of the standby, on two busy cores. */
const TAKEOVER_MS = 20_000;

let local: LocalChain;
let database: TestDatabase;
let folder: string;
let log: PostgresLog;
let watchers: AppProcess[];
let transfers: TransferV1[];

beforeEach(async () => {
  const copied = copyOf('watcher', (url) => migrate(url, 'postgres'));
  [local, database] = await Promise.all([startLocalChain(), copied]);
  folder = await mkdtemp(join(tmpdir(), 'daybook-takeover-'));
  const chains = [
    {
      ...{ id: CHAIN, name: 'Local', rpcUrl: local.anvil.url, blockTimeMs: null, reorgWindow: 32 },
      finality: { kind: 'depth', confirmations: 2 },
      assets: [{ id: NATIVE, currency: 'ETH_LOCAL', decimals: 18, minimum: '1' }],
    },
  ];
  await writeFile(join(folder, 'chains.json'), JSON.stringify({ chains }));
  log = new PostgresLog({ url: database.url });
  [watchers, transfers] = [[], []];
  await log.subscribe({
    ...{ topic: TOPICS.transfer, group: 'test', limit: 100 },
    async handle(messages) {
      for (const { value } of messages) transfers.push(parseTransfer(value));
      return [];
    },
  });
});
afterEach(async () => {
  for (const watcher of watchers) watcher.signal('SIGCONT');
  await Promise.all(watchers.map((watcher) => watcher.kill()));
  await log.close();
  await Promise.all([local.stop(), database.drop(), rm(folder, { recursive: true })]);
});

async function startWatcher(): Promise<AppProcess> {
  const watcher = await startApp('chain-watcher', {
    DAYBOOK_DATABASE_URL: database.url,
    DAYBOOK_CHAINS_FILE: join(folder, 'chains.json'),
    DAYBOOK_WATCHER_POLL_MS: '50',
  });
  watchers.push(watcher);
  return watcher;
}

async function isRole({ url }: AppProcess, role: 'leader' | 'standby'): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(
    () => null,
  );
  const report = (await answer?.json()) as HealthReport | undefined;
  return report?.checks[CHAIN]?.detail === `${role}, following`;
}

function becomes(watcher: AppProcess, role: 'leader' | 'standby'): Promise<void> {
  return until(() => isRole(watcher, role), { description: role, timeoutMs: TAKEOVER_MS });
}

function lifeOf(txHash: string): string[] {
  return transfers.filter((it) => it.txHash === txHash).map((it) => `${it.status} ${it.version}`);
}

async function isFinal(txHash: string): Promise<void> {
  const isThere = () => lifeOf(txHash).some((version) => version.startsWith('final'));
  await until(isThere, { description: `the finality of ${txHash}`, timeoutMs: TAKEOVER_MS });
  // Each version once, across the change of the leader.
  expect(lifeOf(txHash)).toHaveLength(2);
}

it('passes from a leader that is frozen to a standby within seconds, and the leader writes no more', async () => {
  const leader = await startWatcher();
  await becomes(leader, 'leader');
  const standby = await startWatcher();
  await becomes(standby, 'standby');
  const minted = { family: 'evm', address: purse, mintedAt: new Date().toISOString() };
  const message = { id: purse, key: purse, value: JSON.stringify(minted), headers: {} };
  await log.publish(TOPICS.purseAddress, [message]);
  const first = await local.send({ to: purse, value: 5n });
  await local.mine(2);
  await isFinal(first.hash);

  leader.signal('SIGSTOP');
  const frozenAt = Date.now();
  await becomes(standby, 'leader');
  expect(Date.now() - frozenAt).toBeLessThan(TAKEOVER_MS);
  const second = await local.send({ to: purse, value: 6n });
  await local.mine(2);
  await isFinal(second.hash);

  leader.signal('SIGCONT');
  await becomes(leader, 'standby');
  const third = await local.send({ to: purse, value: 7n });
  await local.mine(2);
  await isFinal(third.hash);
  expect(await isRole(standby, 'leader')).toBe(true);
});
