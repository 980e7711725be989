import { readdirSync, readFileSync } from 'node:fs';
import type { EmbeddedPostgres } from '@daybook/platform';
import { withClient } from './database';
import { cpuSecondsOf } from './machine';

/** CPU seconds used so far, by process or connection name. */
export type Costs = ReadonlyMap<string, number>;

/**
 * The CPU seconds of the ledger's process and of PostgreSQL's processes. A connection counts under its
 * application name, everything else (WAL, checkpoints) as background. Empty if the system does not say.
 */
export async function costsSoFar(server: EmbeddedPostgres, ledgerPid: number): Promise<Costs> {
  const costs = new Map<string, number>();
  const add = (who: string, pid: number) =>
    costs.set(who, (costs.get(who) ?? 0) + (cpuSecondsOf(pid) ?? 0));
  if (process.platform !== 'linux') return costs;
  add('ledger', ledgerPid);
  const backends = await withClient(server.url, async (client) => {
    const { rows } = await client.query<{ pid: number; name: string }>(
      `SELECT pid, application_name AS name FROM pg_stat_activity WHERE backend_type = 'client backend'
       AND pid <> pg_backend_pid()`,
    );
    return new Map(rows.map(({ pid, name }) => [pid, name || 'others']));
  });
  for (const pid of childrenOf(server.pid)) add(backends.get(pid) ?? 'background', pid);
  return costs;
}

/** `ledger 61, daybook-ledger 40, ...`: microseconds per unit between two readings, largest first. */
export function describeCosts(before: Costs, after: Costs, units: number): string {
  const spent = [...after]
    .map(([who, seconds]) => [who, ((seconds - (before.get(who) ?? 0)) / units) * 1e6] as const)
    .filter(([, us]) => us >= 0.5)
    .sort(([, a], [, b]) => b - a);
  const total = spent.reduce((sum, [, us]) => sum + us, 0);
  return `CPU us each: ${total.toFixed(0)} = ${spent.map(([who, us]) => `${who} ${us.toFixed(0)}`).join(' + ')}`;
}

function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false; // It ended meanwhile.
      }
    });
}
