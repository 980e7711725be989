import { randomBytes } from 'node:crypto';
import { constants, setPriority, userInfo } from 'node:os';
import {
  type CompareReport,
  compare,
  discardRun,
  type Progress,
  type ReplayReport,
  type Run,
  rebuild,
  replay,
  rollBack,
  runsLeft,
} from '@daybook/audit';
import type { EventStore } from '@daybook/event-store';
import { AUDITED } from '../../../ledger/src/operations/read-models';
import { EXIT, type ExitCode, explain, Failure } from '../cli/exit-codes';
import { type Answer, operate } from '../cli/operate';
import type { Operation } from '../cli/operation';
import { remark, say } from '../cli/output';
import { progressBar } from '../cli/progress';
import { besideCsv, compareCsv, replayCsv } from './csv';
import { type Compared, certificatePage, comparePage, rebuildPage, replayPage } from './pages';
import { compareWithWatcher, type WatcherComparison } from './watcher-record';

interface AuditOptions {
  readonly data?: string | undefined;
  readonly eventsPerSecond?: number | undefined;
  readonly json?: boolean | undefined;
}

interface ReplayOptions extends AuditOptions {
  /** The end of the event log by default. */
  readonly to?: { readonly position: bigint } | { readonly time: string } | undefined;
  readonly compare?: boolean | undefined;
  /** Whether the record of the watchers is asked, too. */
  readonly watcher?: boolean | undefined;
  readonly format: 'table' | 'json' | 'csv';
  readonly keep?: boolean | undefined;
  /** The id of an interrupted run. */
  readonly resume?: string | undefined;
  /** The id of a run whose tables are removed. */
  readonly discard?: string | undefined;
  readonly inMemory?: boolean | undefined;
}

interface RebuildOptions extends AuditOptions {
  readonly rollBack?: boolean | undefined;
  readonly acceptDifferences?: boolean | undefined;
  readonly resume?: boolean | undefined;
}

type Pace = Pick<Parameters<typeof replay>[0], 'signal' | 'onProgress' | 'eventsPerSecond'>;

const TITLES: Readonly<Record<Progress['step'], readonly [title: string, unit: string]>> = {
  folding: ['Folding the log', 'events'],
  indexing: ['Building indexes', 'events'],
  hashing: ['Hashing', 'rows'],
  comparing: ['Comparing', 'rows'],
};

/** Folds the event log from its start, and shows the result or its differences from the live tables. */
export function runReplay(options: ReplayOptions): Promise<void> {
  const { inMemory, discard, resume, keep = false, format } = options;
  const json = options.json || format === 'json';
  return audit({ ...options, json }, async (operation, pace, endBar) => {
    const fault = faultOf(options);
    if (fault !== null) throw new Failure(fault, EXIT.usage);
    const { installation, env } = operation;
    const databaseUrl = installation.ownerDatabaseUrl ?? env.databaseUrl;
    if (discard !== undefined) {
      await discardRun(databaseUrl, discard);
      remark(`The tables of replay ${discard} are removed.`);
      return EXIT.ok;
    }
    const store = await operation.store();
    const id = resume ?? randomBytes(4).toString('hex');
    // On a busy machine the service goes first.
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    const common = { ...AUDITED, ...pace, store, id, resume: resume !== undefined, keep };
    if (!inMemory) await remarkOnOthers(databaseUrl, id);
    try {
      const report = options.compare
        ? await withWatcher(
            await compare({ ...common, liveUrl: env.databaseUrl, databaseUrl }),
            options.watcher ? () => watcherRecord(operation, store) : null,
          )
        : await replay({
            ...common,
            databaseUrl: inMemory ? null : databaseUrl,
            to: options.to ?? 'head',
          });
      if (json || format !== 'csv') return answerOf(report, env.chainsFile);
      endBar();
      const lines = report.kind === 'replay' ? replayCsv(report) : compareCsv(report);
      for (const line of lines) say(line);
      for (const line of besideCsv(report)) remark(line);
      return report.exitCode;
    } catch (error) {
      endBar();
      // If the database is gone, the error says so.
      const left = inMemory ? [] : await runsLeft(databaseUrl, AUDITED.projections).catch(() => []);
      const own = left.find((run) => run.id === id);
      // The error of a run that cannot be resumed says what to do.
      if (own?.isResumable) remark(`Interrupted. ${remedyOf(own)}`);
      throw error;
    }
  });
}

/** Builds new tables of read models and swaps them with the live ones, or swaps the previous ones back. */
export function runRebuild(readModel: string | undefined, options: RebuildOptions): Promise<void> {
  const { acceptDifferences = false, resume = false } = options;
  return audit(options, async (operation, pace, endBar) => {
    if ((readModel !== undefined) === (options.rollBack ?? false)) {
      const right = 'name a read model or "all", or give --roll-back alone.';
      throw new Failure(`It is not clear what to rebuild: ${right}`, EXIT.usage);
    }
    const common = {
      ...{ ...AUDITED, ...pace, store: await operation.store() },
      ownerUrl: operation.installation.ownerDatabaseUrl,
      actor: `host:${userInfo().username}`,
    };
    if (readModel === undefined) {
      const certificate = await rollBack(common);
      return { json: { kind: 'roll-back', certificate }, text: () => certificatePage(certificate) };
    }
    try {
      const report = await rebuild({ ...common, readModel, acceptDifferences, resume });
      return { json: report, text: () => rebuildPage(report), exitCode: report.exitCode };
    } catch (error) {
      endBar();
      if (operation.signal.aborted) {
        remark('Interrupted. The old tables stay live; --resume continues the rebuild.');
      }
      throw error;
    }
  });
}

/**
 * Runs an audit with a progress bar. If the audit cannot be completed, the exit code is never that of a
 * difference: scripts rely on 1 meaning that one was found.
 */
function audit(
  { eventsPerSecond, ...options }: AuditOptions,
  work: (operation: Operation, pace: Pace, endBar: () => void) => Promise<Answer | ExitCode>,
): Promise<void> {
  return operate(options, async (operation) => {
    const { signal } = operation;
    const bar = progressBar();
    signal.addEventListener('abort', bar.end);
    const onProgress = ({ step, ...progress }: Progress) => {
      const [title, unit] = TITLES[step];
      bar.show({ title, unit, ...progress });
    };
    const pace = { signal, onProgress, ...(eventsPerSecond !== undefined && { eventsPerSecond }) };
    try {
      return await work(operation, pace, bar.end);
    } catch (error) {
      const { exitCode, message } = explain(error);
      const code = exitCode === EXIT.failed ? EXIT.undecided : exitCode;
      throw new Failure(message, code, { cause: error });
    } finally {
      bar.end();
    }
  });
}

/** The fault of a combination of options, in a sentence. */
function faultOf(options: ReplayOptions): string | null {
  const { compare, to, inMemory, keep, resume, discard } = options;
  if (discard !== undefined && (compare || to !== undefined || inMemory || keep || resume))
    return '--discard stands alone: it removes tables and replays nothing.';
  if (compare && to !== undefined)
    return 'With --compare leave out --to: the live tables are compared at their own position.';
  if (options.watcher && !compare) return 'Give --watcher together with --compare.';
  if (inMemory && (compare || keep || resume !== undefined))
    return '--in-memory stands alone: there are no tables to compare, keep or resume.';
  return null;
}

/** A killed run could not say how to resume it, so the next run does. */
async function remarkOnOthers(databaseUrl: string, id: string): Promise<void> {
  for (const run of await runsLeft(databaseUrl, AUDITED.projections)) {
    if (run.isKept || run.id === id) continue;
    remark(`A replay was interrupted at position ${run.position}. ${remedyOf(run)}`);
  }
}

function remedyOf({ id, isResumable }: Run): string {
  return isResumable
    ? `Resume it with --resume ${id}, or remove its tables with --discard ${id}.`
    : `Another version left it, so it cannot be resumed. Remove its tables with --discard ${id}.`;
}

/** Rows are compared first: it is the longer part, and says whether the ledger itself is right. */
async function withWatcher(
  report: CompareReport,
  ask: (() => Promise<WatcherComparison>) | null,
): Promise<Compared> {
  if (ask === null) return report;
  const watcher = await ask();
  return { ...report, watcher, exitCode: watcher.lacking.length > 0 ? 1 : report.exitCode };
}

function watcherRecord(
  { installation: { watcherDatabaseUrl: url }, signal }: Operation,
  store: EventStore,
): Promise<WatcherComparison> {
  if (url !== undefined) return compareWithWatcher(store, url, signal);
  const right = 'set DAYBOOK_WATCHER_DATABASE_URL, or DAYBOOK_DATABASE_URL if both apps share one.';
  throw new Failure(`It is not known where the record of the watchers is: ${right}`, EXIT.usage);
}

function answerOf(report: ReplayReport | Compared, chainsFile: string | undefined): Answer {
  const text = () =>
    report.kind === 'replay' ? replayPage(report, chainsFile) : comparePage(report);
  return { json: report, text, exitCode: report.exitCode };
}
