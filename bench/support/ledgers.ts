import type { TransferV1 } from '@daybook/contracts';
import type { Role } from '../../apps/ledger/src/ledger.env';
import type { Bench, Settings } from '../measurement';
import { type RunningApp, startApp } from './apps';
import { createDatabase, type Database, withClient } from './database';
import { createCustomers, recordDirectly } from './ledger-data';
import { watchReadModels } from './read-models';
import { chainsFile, finalTransfers, type PlannedPurse, purseAt, targets } from './transfers';

const SEED = 20_260_131;
/** Far above the requests of any measurement. */
const RATE_LIMIT = 10_000_000;

/** A log with every purse and transfer of the settings (as of `isHot`), and empty read models. */
export async function logOfTransfers(
  bench: Bench,
  isHot = false,
): Promise<{ readonly database: Database; readonly events: number }> {
  const { settings, server, progress } = bench;
  const { transfers, purses } = settings;
  const database = await createDatabase(server);
  const created = progress.step('creating purses', purses, 'purses');
  await createCustomers(database, { customers: purses, purses }, created);
  const { planned, to, reports } = planTransfers(transfers, purses, isHot, 'log');
  const recorded = progress.step('recording transfers', transfers, 'transfers');
  await recordDirectly(
    database,
    reports.map((transfer, i) => ({ transfer, purse: planned[to[i] as number] as PlannedPurse })),
    recorded,
  );
  return { database, events: await headOf(database) };
}

/** `count` final transfers to purses, each equally often or (`isHot`) some far more often. */
export function planTransfers(
  count: number,
  purses: number,
  isHot: boolean,
  series: string,
): {
  readonly planned: readonly PlannedPurse[];
  readonly to: readonly number[];
  readonly reports: readonly TransferV1[];
} {
  const planned = Array.from({ length: purses }, (_, n) => purseAt(n));
  const to = targets(count, purses, isHot, SEED);
  const addresses = planned.map(({ address }) => address);
  return { planned, to, reports: finalTransfers(to, addresses, series) };
}

/** A database to copy: customers from 0 on, the first `purses` of them with purses, all read models up to date. */
export async function ledgerWithPurses(
  bench: Bench,
  { customers, purses }: { readonly customers: number; readonly purses: number },
): Promise<Database> {
  const { server, progress } = bench;
  const database = await createDatabase(server);
  const created = progress.step('creating purses', customers, 'customers');
  await createCustomers(database, { customers, purses }, created);
  const events = await headOf(database);
  const ledger = await startLedger(database, ['projector'], { ...bench.settings, profiles: null });
  try {
    const tick = progress.step('projecting purses', events, 'events');
    await watchReadModels(database, { from: 0, to: events }, tick);
  } finally {
    await ledger.stop();
  }
  return database;
}

/** A port without a listener: the ledger reads the registry but never calls a node. */
const NO_CHAIN = 'http://127.0.0.1:1';

/** The ledger with these roles, in a process of its own. */
export function startLedger(
  database: Database,
  roles: readonly Role[],
  settings: Settings,
  more: Readonly<Record<string, string>> = {},
): Promise<RunningApp> {
  const env = { DAYBOOK_ROLES: roles.join(','), DAYBOOK_RATE_LIMIT: String(RATE_LIMIT), ...more };
  return startApp('ledger', database, settings, { chains: chainsFile(NO_CHAIN), env });
}

/** The position of the last event. */
export async function headOf(database: Database): Promise<number> {
  return withClient(database.ownerUrl, async (client) => {
    const { rows } = await client.query<{ head: string }>(
      'SELECT coalesce(max(position), 0) AS head FROM event_store.event',
    );
    return Number(rows[0]?.head);
  });
}
