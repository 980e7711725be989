import { randomUUID } from 'node:crypto';
import type { EventStore, Position, Projection } from '@daybook/event-store';
import type { Client } from 'pg';
import { auditConnection } from './audit-connection';
import { AuditRefused } from './audit-refused';
import { compareSnapshot } from './compare';
import type { Pace } from './fold-log';
import { checkpointOf } from './fold-tables';
import type { Difference } from './rows';
import { openScratch, type Scratch, type ScratchOptions } from './scratch';
import { BEFORE_SCHEMA, SHADOW_SCHEMA, swapIn } from './swap';
import { buildIndexes, LIVE_SCHEMA, qualified, tablesIn } from './table-set';

export interface RebuildOptions extends Pace {
  readonly store: EventStore;
  /** The URL of the tables' owner (`DAYBOOK_MIGRATION_URL`); the service's own role owns none. */
  readonly ownerUrl: string | undefined;
  /** The name of a read model, or `all`. */
  readonly readModel: string | 'all';
  /** Who requested the rebuild; kept as evidence. */
  readonly actor: string;
  /**
   * Whether tables that differ from the live ones may be swapped in, as after a fix of a projection.
   * Otherwise a difference ends the rebuild and the old tables stay live.
   */
  readonly acceptDifferences?: boolean;
  /** Resumes an interrupted run of the same version. */
  readonly resume?: boolean;
  /** The read models of the service. */
  readonly projections: readonly Projection[];
}

/** The evidence of one rebuild, as `ledger.rebuild` keeps it. */
export interface Certificate {
  readonly id: string;
  readonly readModels: readonly string[];
  /** `differs`: nothing was changed, the old tables are still live. */
  readonly outcome: 'swapped' | 'differs' | 'rolled-back';
  /** The position at which every row of the new tables was compared with the live ones. */
  readonly position: Position;
  /** Of the new tables at that position. */
  readonly stateHash: string;
  readonly differences: number;
  /** The position from which on the new tables are live; null if they were not swapped in. */
  readonly servedFrom: Position | null;
  readonly actor: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

export interface RebuildReport {
  readonly kind: 'rebuild';
  readonly certificate: Certificate;
  readonly rows: number;
  readonly events: number;
  /** Of folding and indexing. */
  readonly seconds: number;
  readonly differences: readonly Difference[];
  readonly omitted: number;
  readonly exitCode: 0 | 1;
}

/**
 * Rebuilds read models from the event log while the old ones stay live, compares every row, and swaps. It
 * may be killed at any moment: either the old or the new tables are live, never a mixture, and the next
 * rebuild removes leftovers. Rejects with `AuditRefused` (no-rights, run-elsewhere, unknown-read-model,
 * schema-taken, tables-busy, read-models-behind).
 */
export async function rebuild(options: RebuildOptions): Promise<RebuildReport> {
  const { readModel, acceptDifferences = false, resume = false } = options;
  const projections = chosen(readModel, options.projections);
  const { certificate, compared, events, seconds } = await withLive(options, (live, url) =>
    bringIn(live, url, {
      ...options,
      projections,
      schema: SHADOW_SCHEMA,
      existing: resume ? 'continue' : 'drop',
      ifChanged: new AuditRefused(
        'schema-taken',
        `${SHADOW_SCHEMA} has the tables of another rebuild: repeat this one without --resume.`,
      ),
      outcomeOf: (differences) => (differences === 0 || acceptDifferences ? 'swapped' : 'differs'),
    }),
  );
  const { tables, differences, omitted } = compared;
  const rows = tables.reduce((sum, { rowsExpected }) => sum + rowsExpected, 0);
  const exitCode = certificate.outcome === 'differs' ? 1 : 0;
  return { kind: 'rebuild', certificate, rows, events, seconds, differences, omitted, exitCode };
}

type RollBackOptions = Omit<RebuildOptions, 'readModel' | 'resume' | 'acceptDifferences'>;

/**
 * Swaps back the tables from before the last swap. They kept their own checkpoint, so they first catch up
 * from there with the same projections. The current tables are kept in their place. Rejects with
 * `AuditRefused` (nothing-to-roll-back, tables-changed, no-rights, run-elsewhere, tables-busy).
 */
export async function rollBack(options: RollBackOptions): Promise<Certificate> {
  const { certificate } = await withLive(options, async (live, url) => {
    const kept = new Set(await tablesIn(live, BEFORE_SCHEMA));
    if (kept.size === 0) {
      throw new AuditRefused('nothing-to-roll-back', `${BEFORE_SCHEMA} has no tables.`);
    }
    return bringIn(live, url, {
      ...options,
      schema: BEFORE_SCHEMA,
      projections: options.projections.filter(({ tables }) =>
        tables.every((table) => kept.has(table)),
      ),
      existing: 'continue',
      ifChanged: new AuditRefused(
        'tables-changed',
        'A migration changed the tables since the swap; rebuild instead of rolling back.',
      ),
      // They are swapped even if they differ, as that may be the reason; the certificate has the number.
      outcomeOf: () => 'rolled-back',
    });
  });
  return certificate;
}

/** Runs `work` with a connection to the live tables, for their owner. */
async function withLive<Result>(
  { ownerUrl }: RollBackOptions,
  work: (live: Client, url: string) => Promise<Result>,
): Promise<Result> {
  if (ownerUrl === undefined) {
    throw new AuditRefused(
      'no-rights',
      'A rebuild swaps tables, which only their owner may do: set DAYBOOK_MIGRATION_URL.',
    );
  }
  const live = await auditConnection(ownerUrl, LIVE_SCHEMA);
  return work(live, ownerUrl).finally(() => live.end());
}

const INDEXING = { step: 'indexing', perSecond: 0, fraction: null, secondsLeft: null } as const;

/** Rounds of catching up with live traffic. The swap folds the few events after the last round. */
const ROUNDS_MAX = 20;

type Incoming = RollBackOptions &
  Pick<ScratchOptions, 'schema' | 'existing' | 'ifChanged'> & {
    outcomeOf(differences: number): Certificate['outcome'];
  };

/** Folds tables up to the live checkpoint, compares every row, and swaps them in if the outcome allows. */
async function bringIn(live: Client, url: string, incoming: Incoming) {
  const { projections, actor } = incoming;
  const startedAt = new Date();
  const scratch = await openScratch({ ...incoming, url, isToServe: true });
  try {
    const begin = performance.now();
    const { events } = await scratch.foldTo(await checkpointOf(live), incoming);
    incoming.onProgress?.({ ...INDEXING, done: events });
    await buildIndexes(scratch.client, scratch);
    const seconds = (performance.now() - begin) / 1_000;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const position = await checkpointOf(live);
      if (position <= scratch.checkpoint()) break;
      await scratch.foldTo(position, incoming);
    }
    const compared = await compareSnapshot(live, scratch, projections, incoming);
    const { position, stateHash } = compared;
    const differences = compared.differences.length + compared.omitted;
    const evidence: Certificate = {
      id: randomUUID(),
      readModels: projections.map(({ name }) => name),
      outcome: incoming.outcomeOf(differences),
      ...{ position, stateHash, differences, servedFrom: null, actor, startedAt },
      finishedAt: new Date(),
    };
    const certificate = await finish(live, scratch, evidence, incoming);
    return { certificate, compared, events, seconds };
  } finally {
    await scratch.close();
  }
}

/** Swaps unless tables differ, and stores the certificate in either case: in the swap's transaction. */
async function finish(
  live: Client,
  incoming: Scratch,
  evidence: Certificate,
  pace: Pace,
): Promise<Certificate> {
  if (evidence.outcome === 'differs') {
    await keepCertificate(live, evidence);
    await incoming.drop();
    return evidence;
  }
  let certificate = evidence;
  await swapIn(live, incoming, pace, (servedFrom) => {
    certificate = { ...evidence, servedFrom, finishedAt: new Date() };
    return keepCertificate(live, certificate);
  });
  return certificate;
}

/** Stores the evidence, in the connection's current transaction if it is in one. */
async function keepCertificate(client: Client, certificate: Certificate): Promise<void> {
  const { id, readModels, position, servedFrom, startedAt, finishedAt, ...rest } = certificate;
  await client.query(
    `INSERT INTO ${qualified(LIVE_SCHEMA, 'rebuild')}
       (id, read_models, outcome, position, state_hash, differences, served_from, actor, started_at,
        finished_at)
     VALUES ($1, $2::text[], $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      ...[id, [...readModels], rest.outcome, position.toString(), rest.stateHash, rest.differences],
      ...[servedFrom?.toString() ?? null, rest.actor],
      ...[startedAt.toISOString(), finishedAt.toISOString()],
    ],
  );
}

function chosen(readModel: string, all: readonly Projection[]): readonly Projection[] {
  if (readModel === 'all') return all;
  const found = all.filter(({ name }) => name === readModel);
  if (found.length > 0) return found;
  const names = all.map(({ name }) => name).join(', ');
  throw new AuditRefused(
    'unknown-read-model',
    `There is no read model ${readModel}. Choose all or one of ${names}.`,
  );
}
