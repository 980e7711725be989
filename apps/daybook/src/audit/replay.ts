import { randomBytes } from 'node:crypto';
import { type CompareReport, compare } from '../../../ledger/src/audit/compare';
import { type ReplayReport, replay } from '../../../ledger/src/audit/replay';
import { EXIT, type ExitCode, Failure } from '../cli/exit-codes';
import { type Operation, operate, type PlaceOptions } from '../cli/operate';
import { remark, say, sayJson } from '../cli/output';
import { auditBar } from './bar';
import { compareCsv, replayCsv } from './csv';
import { comparePage, replayPage } from './pages';

export interface ReplayCommandOptions extends PlaceOptions {
  /** The end of the log when left out. */
  readonly to?: { readonly position: bigint } | { readonly time: string };
  readonly compare: boolean;
  readonly format: 'table' | 'json' | 'csv';
  readonly keep: boolean;
  /** The id of a run that was cut short. */
  readonly resume?: string;
  readonly inMemory: boolean;
  readonly eventsPerSecond?: number;
}

/** Folds the log from its start, and shows what it leads to or where the live tables differ from it. */
export function runReplay(options: ReplayCommandOptions): Promise<void> {
  return operate(options, async (operation) => {
    refuseContradictions(options);
    const bar = auditBar();
    const id = options.resume ?? randomBytes(4).toString('hex');
    operation.signal.addEventListener('abort', bar.end);
    const pace = {
      ...(options.eventsPerSecond !== undefined && { eventsPerSecond: options.eventsPerSecond }),
      ...{ signal: operation.signal, onProgress: bar.onProgress },
    };
    try {
      const asked = { ...options, ...pace, id };
      const report = options.compare
        ? await runCompare(operation, asked)
        : await runFold(operation, asked);
      bar.end();
      return write(report, options, operation);
    } catch (error) {
      bar.end();
      if (operation.signal.aborted && !options.inMemory) {
        remark(`Interrupted. It goes on where it was with --resume ${id}`);
      }
      throw error;
    }
  });
}

type Asked = ReplayCommandOptions & { readonly id: string } & Pick<
    Parameters<typeof replay>[0],
    'signal' | 'onProgress' | 'eventsPerSecond'
  >;

async function runFold(
  { store, env, installation }: Operation,
  { inMemory, to, ...rest }: Asked,
): Promise<ReplayReport> {
  const databaseUrl = inMemory ? null : (installation.ownerDatabaseUrl ?? env.databaseUrl);
  return replay({ ...rest, store: await store(), databaseUrl, to: to ?? 'head' });
}

async function runCompare(
  { store, env, installation }: Operation,
  { to: _, ...rest }: Asked,
): Promise<CompareReport> {
  const databaseUrl = installation.ownerDatabaseUrl ?? env.databaseUrl;
  return compare({ ...rest, store: await store(), liveUrl: env.databaseUrl, databaseUrl });
}

function refuseContradictions({ compare, to, inMemory, keep, resume }: ReplayCommandOptions): void {
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
  } else if (report.kind === 'replay') say(replayPage(report, env.chainsFile));
  else say(comparePage(report));
  return report.exitCode;
}
