import { Gauge, type Registry } from 'prom-client';
import type { ReactionsReport } from '../reactions/get-reactions';

/** Shows what reactions wait for and how far the clocks differ. */
export function reactionMetrics(registry: Registry): (report: ReactionsReport) => void {
  const clocks = new Gauge({
    name: 'daybook_clock_difference_seconds',
    help: "How far the database's clock is ahead of this process's; from 60 on either way reactions rest.",
    registers: [registry],
  });
  const rows = new Gauge({
    name: 'daybook_reaction_rows',
    help: 'Rows of due times: overdue, failing, or waiting for more than their time.',
    labelNames: ['reaction', 'state'],
    registers: [registry],
  });
  return ({ clockDifferenceMs, reactions }) => {
    clocks.set(clockDifferenceMs / 1_000);
    for (const { name: reaction, overdue, notes } of reactions) {
      const noted = (isError: boolean) =>
        notes.filter((n) => n.isError === isError).reduce((sum, n) => sum + n.rows, 0);
      rows.set({ reaction, state: 'overdue' }, overdue);
      rows.set({ reaction, state: 'failing' }, noted(true));
      rows.set({ reaction, state: 'waiting' }, noted(false));
    }
  };
}

/** What is wrong with reactions, for probes, which need no key; null when nothing is. */
export function reactionTrouble(report: ReactionsReport): string | null {
  if (!report.clocksAgree) {
    const seconds = Math.round(report.clockDifferenceMs / 1_000);
    const where = `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'}`;
    return `The database's clock is ${where} this process's, so nothing expires.`;
  }
  const failing = report.reactions.flatMap(({ name, notes }) => {
    const rows = notes.reduce((sum, n) => sum + (n.isError ? n.rows : 0), 0);
    return rows === 0 ? [] : [`${name}: ${rows} rows fail and are tried again`];
  });
  return failing.length === 0 ? null : `${failing.join('; ')}. The log says why.`;
}
