import type { WriteObserver, WriteOutcome } from '@daybook/event-store';
import { durationHistogram } from '@daybook/platform';
import { Counter, type Registry } from 'prom-client';

/** Measures the write path: how long calls take, how commands end, how often writers meet. */
export function writeObserver(registry: Registry): WriteObserver {
  const duration = durationHistogram(
    registry,
    'daybook_write_duration_seconds',
    'From a command, or several at once, to the events stored or the refusal.',
    [],
  );
  const commands = new Counter({
    name: 'daybook_commands_total',
    help: 'Commands by how they ended: appended, unchanged, replayed, refused or failed.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const conflicts = new Counter({
    name: 'daybook_write_conflicts_total',
    help: 'Decisions made again as another writer had moved the stream meanwhile.',
    registers: [registry],
  });
  return (report) => {
    duration.observe(report.durationMs / 1_000);
    conflicts.inc(report.conflicts);
    for (const outcome in report.outcomes) {
      commands.inc({ outcome }, report.outcomes[outcome as WriteOutcome]);
    }
  };
}
