import type { Engine, Service, StatusReport } from './status-report';

/** A watcher says a word every ten seconds at least. */
export const WORD_SECONDS_MAX = 60;

/** A sentence for each thing that is wrong. */
export function problemsOf({
  engines,
  services,
  readers,
  consumers,
  chains,
}: Pick<StatusReport, 'engines' | 'services' | 'readers' | 'consumers' | 'chains'>): string[] {
  const { database, eventLog, durableLog } = engines;
  const silent = ([name, { answers, detail }]: readonly [string, Engine]): string[] =>
    answers ? [] : [`${name} does not answer: ${detail}`];
  const unwell = ([name, service]: readonly [string, Service | null]): string[] => {
    if (service === null || service.status === 'ok') return [];
    const how = service.answers ? `is ${service.status}` : 'does not answer';
    return [`The ${name} at ${service.url} ${how}: ${service.detail}`];
  };
  return [
    ...[
      ['PostgreSQL', database] as const,
      ['The event log', eventLog] as const,
      ['The durable log', durableLog] as const,
    ].flatMap(silent),
    ...[['ledger', services.ledger] as const, ['chain-watcher', services.watcher] as const].flatMap(
      unwell,
    ),
    ...readers
      .filter(({ standsStill }) => standsStill)
      .map((r) => `${r.name} stands at ${r.position} for ${r.secondsSinceProgress} s.`),
    ...consumers
      .filter(({ standsStill }) => standsStill)
      .map((c) => `${c.group} stands still on ${c.topic}, ${c.lag} messages behind.`),
    ...consumers
      .filter(({ parkedKeys }) => parkedKeys > 0)
      .map(
        (c) =>
          `${c.group} has ${c.parkedKeys} parked ${c.parkedKeys === 1 ? 'key' : 'keys'} on ${c.topic}: npx daybook parked list`,
      ),
    ...chains
      .filter(({ standsStill }) => standsStill)
      .map((c) =>
        c.secondsSinceWord > WORD_SECONDS_MAX
          ? `${c.chain}: no word from its watcher for ${c.secondsSinceWord} s.`
          : `${c.chain} is ${c.state}: ${c.detail}`,
      ),
  ];
}
