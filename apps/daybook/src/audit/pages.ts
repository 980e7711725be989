import type {
  Certificate,
  CompareReport,
  Difference,
  RebuildReport,
  ReplayReport,
  TrialBalanceLine,
} from '@daybook/audit';
import { loadChainsFile } from '@daybook/chains';
import { type AssetScale, type Figures, formatUnits, type Violation } from '@daybook/domain';
import colors from 'picocolors';
import { facts, recordTable } from '../cli/output';
import { grouped } from '../cli/progress';
import type { WatcherComparison } from './watcher-record';

/** A replay as text: the trial balance, and balances and throughput by account. */
export function replayPage(report: ReplayReport, chainsFile: string | undefined): string {
  const money = moneyInWords(report.assets, chainsFile);
  const { events, foldingSeconds, position, time, stateHash, violations, schema } = report;
  const rate = grouped(Math.round(events / Math.max(foldingSeconds, 0.001)));
  return sections([
    `${colors.bold(`${grouped(events)} events, up to position ${position}`)} ${colors.dim(
      `(${time ?? 'nothing was recorded'}; ${rate} events/s)`,
    )}`,
    stateHash !== null && `State hash  ${stateHash}`,
    recordTable(
      withTotals(report.trialBalance).map(({ asset, kind, debits, credits }) => ({
        'trial balance': kind,
        debits: money(asset, debits),
        credits: money(asset, credits),
      })),
    ),
    figuresTable(report.figures, money),
    broken(violations),
    schema !== null && `The tables were kept in the schema ${schema}.`,
    violations.length === 0 && colors.green('All invariants of the books hold.'),
  ]);
}

/** Formats base units of an asset. */
type MoneyInWords = (asset: string, baseUnits: bigint) => string;

/**
 * Formats as the log says, and as the chains file does for what an older log has. Amounts of other assets stay in base
 * units.
 */
function moneyInWords(
  recorded: ReplayReport['assets'],
  chainsFile: string | undefined,
): MoneyInWords {
  const { assets: listed } = loadChainsFile(chainsFile ?? null);
  const byId = new Map<string, AssetScale>(listed.map((asset) => [asset.id, asset]));
  for (const { asset, ...scale } of recorded) byId.set(asset, scale);
  return (id, baseUnits) => {
    const asset = byId.get(id);
    if (asset === undefined) return `${baseUnits} base units of ${id}`;
    return `${formatUnits(baseUnits, asset.decimals)} ${asset.currency}`;
  };
}

/** Pending and other amounts are left out if every row has 0. */
function figuresTable(all: ReplayReport['figures'], money: MoneyInWords): string {
  const pending = (f: Figures) => f.pendingCustomer + f.pendingAccount;
  const hasPending = all.some(({ figures }) => pending(figures) !== 0n);
  const hasOther = all.some(({ figures }) => figures.other !== 0n);
  return recordTable(
    all.map(({ accountId: account, asset, purses, figures: f }) => ({
      ...{ account, purses: grouped(purses), custody: money(asset, f.custody) },
      ...{ customers: money(asset, f.claimCustomer), own: money(asset, f.claimAccount) },
      suspense: money(asset, f.suspense),
      ...(hasPending && { pending: money(asset, pending(f)) }),
      ...(hasOther && { other: money(asset, f.other) }),
      ...{ throughput: money(asset, f.received), reversed: money(asset, f.reversed) },
    })),
  );
}

/** The lines of each asset, followed by their sums, which are the same on both sides. */
function withTotals(lines: readonly TrialBalanceLine[]): readonly TrialBalanceLine[] {
  const assets = [...new Set(lines.map(({ asset }) => asset))];
  return assets.flatMap((asset) => {
    const own = lines.filter((line) => line.asset === asset);
    const sum = (side: 'debits' | 'credits') => own.reduce((all, line) => all + line[side], 0n);
    return [
      ...own,
      { asset, kind: '= both sides', debits: sum('debits'), credits: sum('credits') },
    ];
  });
}

/** A comparison, with that of the watchers' record where it was asked for. */
export interface Compared extends CompareReport {
  readonly watcher?: WatcherComparison;
}

/** A comparison as text: each table, each difference. */
export function comparePage(report: Compared): string {
  const { position, stateHash, tables, differences, omitted, violations, watcher } = report;
  const rows = tables.reduce((sum, { rowsExpected }) => sum + rowsExpected, 0);
  return sections([
    colors.bold(`${grouped(rows)} rows compared at position ${position}`),
    `State hash  ${stateHash}`,
    recordTable(tables.map(({ digest, ...compared }) => compared)),
    differencesPage(differences, omitted),
    broken(violations),
    report.schema !== null && `The replay was kept in the schema ${report.schema}.`,
    differences.length + violations.length === 0
      ? colors.green('No difference: every row matches the event log.')
      : colors.red('The read models differ from the event log. "daybook rebuild" replaces them.'),
    watcher !== undefined && watcherPage(watcher),
  ]);
}

function watcherPage({ movements, lacking, omitted, remedies }: WatcherComparison): string {
  const asked = `${grouped(movements)} transfers and outflows that the watchers published a minute ago or earlier`;
  if (lacking.length === 0) return colors.green(`The event log has all ${asked}.`);
  const count = grouped(lacking.length + omitted);
  return sections([
    recordTable(lacking) + (omitted === 0 ? '' : `\n... and ${grouped(omitted)} more`),
    colors.red(
      `The event log lacks ${count} of ${asked}, unless their keys are parked ("npx daybook parked list"). This publishes them again:`,
    ),
    remedies.join('\n'),
  ]);
}

/** A rebuild as text: the outcome, and the evidence. */
export function rebuildPage(report: RebuildReport): string {
  const { certificate, rows, events, seconds, differences, omitted } = report;
  return sections([
    colors.bold(
      `${certificate.readModels.join(', ')}: ${grouped(rows)} rows from ${grouped(events)} events in ${seconds.toFixed(1)} s`,
    ),
    differencesPage(differences, omitted),
    certificatePage(certificate),
  ]);
}

const OUTCOMES: Readonly<Record<Certificate['outcome'], string>> = {
  swapped: 'The new tables are live. "daybook rebuild --roll-back" swaps the previous ones back.',
  differs:
    'Nothing was changed: the new tables differ from the live ones. If the new ones are right, repeat it with --accept-differences.',
  'rolled-back': 'The previous tables are live again.',
};

export function certificatePage({ id, outcome, ...rest }: Certificate): string {
  return [
    (outcome === 'differs' ? colors.red : colors.green)(OUTCOMES[outcome]),
    ...facts({
      certificate: id,
      'compared at': String(rest.position),
      differences: String(rest.differences),
      'state hash': rest.stateHash,
      'live from': rest.servedFrom === null ? null : String(rest.servedFrom),
      'requested by': rest.actor,
    }),
  ].join('\n');
}

function differencesPage(differences: readonly Difference[], omitted: number): string {
  const more = omitted === 0 ? '' : `\n... and ${grouped(omitted)} more`;
  return recordTable(differences) + more;
}

function broken(violations: readonly Violation[]): string {
  return violations
    .map(({ invariant, subject, detail }) => colors.red(`! ${invariant}: ${subject}: ${detail}`))
    .join('\n');
}

function sections(parts: readonly (string | false)[]): string {
  return parts.filter((part) => part).join('\n\n');
}
