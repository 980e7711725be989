import { randomBytes } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import {
  type CompareReport,
  compare,
  discardRun,
  type ReplayReport,
  type Run,
  replay,
  runsLeft,
} from '@daybook/audit';
import { AUDITED } from '../../../ledger/src/operations/read-models';
import { EXIT, type ExitCode, Failure } from '../cli/exit-codes';
import { type Operation, operate, type PlaceOptions } from '../cli/operate';
import { remark, say, sayJson } from '../cli/output';
import { auditBar } from './bar';
import { besideCsv, compareCsv, replayCsv } from './csv';
import { comparePage, replayPage } from './pages';
import { undecided } from './undecided';

export interface ReplayCommandOptions extends PlaceOptions {
  /** The end of the log when left out. */
  readonly to?: { readonly position: bigint } | { readonly time: string };
  readonly compare: boolean;
  readonly format: 'table' | 'json' | 'csv';
  readonly keep: boolean;
  /** The id of a run that was cut short, to go on with. */
  readonly resume?: string;
  /** The id of a run whose tables are to go. */
  readonly discard?: string;
  readonly inMemory: boolean;
  readonly eventsPerSecond?: number;
}

/** Folds the log from its start, and shows what it leads to or where the live tables differ from it. */
export function runReplay(options: ReplayCommandOptions): Promise<void> {
  return operate(options, async (operation) => {
    refuseContradictions(options);
    const { inMemory, discard, resume } = options;
    if (discard !== undefined) return discardTables(operation, discard);
    const id = resume ?? randomBytes(4).toString('hex');
    const bar = auditBar();
    operation.signal.addEventListener('abort', bar.end);
    // On a machine that is busy, whoever serves goes first.
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    const asked = {
      ...AUDITED,
      ...{ id, resume: resume !== undefined, keep: options.keep },
      ...(options.eventsPerSecond !== undefined && { eventsPerSecond: options.eventsPerSecond }),
      ...{ signal: operation.signal, onProgress: bar.onProgress },
    };
    try {
      if (!inMemory) await reportOthers(operation, id);
      const report = options.compare
        ? await runCompare(operation, asked)
        : await runFold(operation, { ...asked, to: options.to ?? 'head' }, inMemory);
      bar.end();
      return write(report, options, operation);
    } catch (error) {
      bar.end();
      if (!inMemory) await reportOwn(operation, id);
      throw undecided(error);
    }
  });
}

type Asked = Omit<Parameters<typeof replay>[0], 'store' | 'databaseUrl'>;

async function runFold(operation: Operation, asked: Asked, inMemory: boolean) {
  const databaseUrl = inMemory ? null : scratchUrl(operation);
  return replay({ ...asked, store: await operation.store(), databaseUrl });
}

async function runCompare(operation: Operation, asked: Omit<Asked, 'to'>) {
  const { store, env } = operation;
  const databaseUrl = scratchUrl(operation);
  return compare({ ...asked, store: await store(), liveUrl: env().databaseUrl, databaseUrl });
}

function scratchUrl({ installation, env }: Operation): string {
  return installation.ownerDatabaseUrl ?? env().databaseUrl;
}

async function discardTables(operation: Operation, id: string): Promise<ExitCode> {
  await discardRun(scratchUrl(operation), id).catch((error) => {
    throw undecided(error);
  });
  remark(`The tables of replay ${id} are gone.`);
  return EXIT.ok;
}

/** A killed run could not say how to resume it, so the next run does. */
async function reportOthers(operation: Operation, id: string): Promise<void> {
  for (const run of await runsLeft(scratchUrl(operation), AUDITED.projections)) {
    if (!run.isKept && run.id !== id) {
      remark(`A replay was cut short at position ${run.position}. ${remedyOf(run)}`);
    }
  }
}

async function reportOwn(operation: Operation, id: string): Promise<void> {
  // If the database is down, the error of the run says so.
  const left = await runsLeft(scratchUrl(operation), AUDITED.projections).catch(() => []);
  const own = left.find((run) => run.id === id);
  // The error of a run that cannot be resumed says what to do.
  if (own?.isResumable) remark(`Cut short. ${remedyOf(own)}`);
}

function remedyOf({ id, isResumable }: Run): string {
  return isResumable
    ? `Resume it with --resume ${id}, or remove its tables with --discard ${id}.`
    : `Another version left it, so it cannot be resumed. Remove its tables with --discard ${id}.`;
}

function refuseContradictions(options: ReplayCommandOptions): void {
  const { compare, to, inMemory, keep, resume, discard } = options;
  if (discard !== undefined && (compare || to !== undefined || inMemory || keep || resume)) {
    throw new Failure('--discard stands alone: it removes tables and replays nothing.', EXIT.usage);
  }
  if (compare && to !== undefined) {
    const right = 'leave out --to, as the live tables are compared where they are now.';
    throw new Failure(`--compare and --to do not go together: ${right}`, EXIT.usage);
  }
  if (inMemory && (compare || keep || resume !== undefined)) {
    const right = 'it makes no tables that could be compared, kept or gone on with.';
    throw new Failure(`--in-memory stands alone: ${right}`, EXIT.usage);
  }
}

function write(
  report: ReplayReport | CompareReport,
  { format }: ReplayCommandOptions,
  { env }: Operation,
): ExitCode {
  if (format === 'json') sayJson(report);
  else if (format === 'csv') {
    for (const line of report.kind === 'replay' ? replayCsv(report) : compareCsv(report)) say(line);
    // A table has no place for what is not a row of it.
    for (const line of besideCsv(report)) remark(line);
  } else if (report.kind === 'replay') say(replayPage(report, env().chainsFile));
  else say(comparePage(report));
  return report.exitCode;
}
