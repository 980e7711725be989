import colors from 'picocolors';
import type { EngineResponse } from '../../../ledger/src/operations/status.dto';
import { table } from '../cli/output';
import type { Service, StatusReport } from './status-report';

/** The report as a page for people. */
export function statusPage(report: StatusReport): string {
  const { engines, services, readers, consumers, chains, reactions, versions } = report;
  const sections = [
    heading(report),
    table(
      ['part', 'what', 'state'],
      [
        [
          'event log',
          engines.eventLog.kind,
          engineState(engines.eventLog, `head ${engines.eventLog.head}`),
        ],
        ['durable log', engines.durableLog.kind, engineState(engines.durableLog)],
        ['database', `postgresql ${versions.postgresql ?? ''}`, engineState(engines.database)],
        ...serviceRows('ledger', services.ledger),
        ...serviceRows('chain-watcher', services.watcher),
      ],
    ),
    readers.length > 0 &&
      table(
        ['follower', 'position', 'lag', 'without progress', 'state'],
        readers.map((it) => [
          ...[it.name, it.position, it.lag, seconds(it.secondsSinceProgress)],
          mark(!it.standsStill, it.standsStill ? 'stands still' : 'ok'),
        ]),
      ),
    consumers.length > 0 &&
      table(
        ['topic', 'group', 'lag', 'parked keys', 'without progress', 'state'],
        consumers.map((it) => [
          ...[it.topic, it.group, it.lag ?? 'unknown', String(it.parkedKeys)],
          seconds(it.secondsSinceProgress ?? 0),
          mark(!it.standsStill && it.parkedKeys === 0, it.standsStill ? 'stands still' : 'ok'),
        ]),
      ),
    chains.length > 0 &&
      table(
        ['chain', 'latest', 'matched', 'finalized', 'addresses through', 'last report', 'state'],
        chains.map((it) => [
          ...[it.chain, it.latest, it.matched, it.finalized ?? '', it.addressesThrough ?? ''],
          `${it.secondsSinceWord} s ago`,
          mark(!it.standsStill, it.detail === null ? it.state : `${it.state}: ${it.detail}`),
        ]),
      ),
    reactions !== null &&
      reactions.states.length > 0 &&
      table(
        ['reaction', 'due now', 'next due', 'waits or failed'],
        reactions.states.map((it) => [
          ...[it.name, String(it.overdue), it.nextDueAt ?? ''],
          it.notes.map(({ note, rows }) => `${rows}: ${note}`).join('\n'),
        ]),
      ),
    report.problems.map((problem) => colors.red(`! ${problem}`)).join('\n'),
    colors.dim(
      `Daybook ${versions.daybook}, Node ${versions.node}, tables ${versions.tables ?? '?'}`,
    ),
  ];
  return sections.filter((section) => section).join('\n\n');
}

function heading({ place, at, state }: StatusReport): string {
  const words = { ok: 'All is well', 'standing-still': 'Not well', unreachable: 'Not reachable' };
  return `${mark(state === 'ok', colors.bold(words[state]))} ${colors.dim(`${place}, ${at}`)}`;
}

function engineState({ answers, detail }: EngineResponse, more = 'ok'): string {
  return mark(answers, answers ? more : `does not answer: ${detail}`);
}

function serviceRows(name: string, service: Service | null): string[][] {
  if (service === null) return [];
  const words = service.answers ? (service.status ?? '') : 'does not answer';
  const state = service.detail === null ? words : `${words}: ${service.detail}`;
  return [[name, service.url, mark(service.status === 'ok', state)]];
}

function seconds(count: number): string {
  return count === 0 ? '' : `${count} s`;
}

function mark(isWell: boolean, words: string): string {
  return isWell ? colors.green(words) : colors.red(words);
}
