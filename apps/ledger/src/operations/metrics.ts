import { durationHistogram, type Metrics } from '@daybook/platform';
import { Counter, Gauge } from 'prom-client';

export type LedgerMetrics = ReturnType<typeof ledgerMetrics>;

/** The metrics of the ledger, besides those of its edges. */
export function ledgerMetrics(metrics: Metrics) {
  const { registry } = metrics;
  const registers = [registry];
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name: `daybook_${name}`, help, labelNames, registers });
  const counter = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ) => new Counter({ name: `daybook_${name}_total`, help, labelNames, registers });
  return {
    ...metrics,
    violations: counter(
      'invariant_violations',
      'Violated invariants of the books. A violation counts once while it lasts; a log line names the row.',
      ['invariant'],
    ),
    chainHeadAge: gauge(
      'chain_head_age_seconds',
      'How long ago the watcher of the chain reported.',
      ['chain'],
    ),
    checkedPosition: gauge(
      'invariant_checked_position',
      'Every line of the journal that was booked since the start, up to here, was checked.',
      [],
    ),
    clockDifference: gauge(
      'clock_difference_seconds',
      "How far the database's clock is ahead of this process's; from 60 on, either way, nothing expires.",
      [],
    ),
    clockAhead: gauge(
      'clock_ahead_seconds',
      "How far a clock is ahead: the database's of this process's, and the event log's of that of the writer of the last event.",
      ['clock'],
    ),
    reactionRows: gauge(
      'reaction_rows',
      'Rows of due times: overdue, failing, or waiting for more than their time.',
      ['reaction', 'state'],
    ),
    openFindings: gauge(
      'open_findings',
      'Differences between the chain and the books that are open.',
      ['kind'],
    ),
    oldestFindingSeconds: gauge(
      'open_finding_oldest_age_seconds',
      'Since when the oldest open finding is open; 0 when none is.',
      ['kind'],
    ),
    writeSeconds: durationHistogram(
      registry,
      'daybook_write_duration_seconds',
      'From a command, or several at once, to the events stored or the refusal.',
      [],
    ),
    commands: counter(
      'commands',
      'Commands by how they ended: appended, unchanged, replayed, refused or failed.',
      ['outcome'],
    ),
    conflicts: counter(
      'write_conflicts',
      'Decisions made again because another writer had changed the stream.',
      [],
    ),
  };
}
