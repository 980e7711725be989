import { randomUUID } from 'node:crypto';
import type { Projection } from '@daybook/event-store';
import { type EventStore, START } from '@daybook/event-store';
import type { Client } from 'pg';
import { auditConnection } from './audit-connection';
import { AuditRefused } from './audit-refused';
import { type Certificate, keepCertificate } from './certificate';
import { type Compared, compareSnapshot } from './compare';
import type { Difference } from './compare-rows';
import type { Pace } from './fold-log';
import { checkpointOf } from './fold-tables';
import { LIVE_SCHEMA } from './live';
import { openScratch, type Scratch } from './scratch';
import { stateHash } from './state-hash';
import { BEFORE_SCHEMA, SHADOW_SCHEMA, swapIn } from './swap';
import { buildIndexes, qualified, tablesIn } from './table-set';

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

export type { Certificate } from './certificate';

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
 * tables-busy, read-models-behind).
 */
export async function rebuild(options: RebuildOptions): Promise<RebuildReport> {
  const { store, acceptDifferences = false, resume = false } = options;
  const ownerUrl = requireOwner(options.ownerUrl);
  const projections = chosen(options.readModel, options.projections);
  const startedAt = new Date();
  const live = await auditConnection(ownerUrl, LIVE_SCHEMA);
  try {
    if (!resume) await clearShadow(store, ownerUrl);
    const shadow = await openScratch({
      store,
      url: ownerUrl,
      schema: SHADOW_SCHEMA,
      projections,
      isToServe: true,
    });
    try {
      const begin = performance.now();
      const { events } = await shadow.foldTo((await checkpointOf(live)) ?? START, options);
      options.onProgress?.({ ...INDEXING, done: events });
      await buildIndexes(shadow.client, shadow);
      const seconds = (performance.now() - begin) / 1_000;
      await catchUp(live, shadow, options);
      const { certificate, compared } = await conclude(live, shadow, projections, {
        ...options,
        startedAt,
        outcomeOf: (differences) =>
          differences === 0 || acceptDifferences ? 'swapped' : 'differs',
      });
      return reportOf(certificate, compared, events, seconds);
    } finally {
      await shadow.close();
    }
  } finally {
    await live.end();
  }
}

/**
 * Swaps back the tables from before the last swap. They kept their own checkpoint, so they first catch up
 * from there with the same projections. The current tables are kept in their place. Rejects with
 * `AuditRefused` (nothing-to-roll-back, tables-changed, no-rights, run-elsewhere, tables-busy).
 */
export async function rollBack(
  options: Omit<RebuildOptions, 'readModel' | 'resume' | 'acceptDifferences'>,
): Promise<Certificate> {
  const { store, projections: all } = options;
  const ownerUrl = requireOwner(options.ownerUrl);
  const startedAt = new Date();
  const live = await auditConnection(ownerUrl, LIVE_SCHEMA);
  try {
    const kept = new Set(await tablesIn(live, BEFORE_SCHEMA));
    const projections = all.filter(({ tables }) => tables.every((table) => kept.has(table)));
    if (kept.size === 0) {
      throw new AuditRefused('nothing-to-roll-back', `${BEFORE_SCHEMA} has no tables.`);
    }
    const known = new Set(['checkpoint', ...projections.flatMap(({ tables }) => tables)]);
    for (const table of kept) if (!known.has(table)) throw tablesChanged(table);
    const before = await openScratch({
      store,
      url: ownerUrl,
      schema: BEFORE_SCHEMA,
      projections,
      isToServe: true,
    });
    try {
      for (const table of before.tables) await requireSameColumns(live, table);
      await buildIndexes(before.client, before);
      await catchUp(live, before, options);
      // They are swapped even if they differ, as that may be the reason; the certificate has the number.
      const outcomeOf = () => 'rolled-back' as const;
      const ending = { ...options, startedAt, outcomeOf };
      return (await conclude(live, before, projections, ending)).certificate;
    } finally {
      await before.close();
    }
  } finally {
    await live.end();
  }
}

const INDEXING = {
  step: 'indexing',
  perSecond: 0,
  fraction: null,
  secondsLeft: null,
} as const;

/** Rounds of catching up with live traffic. The swap folds the few events after the last round. */
const ROUNDS_MAX = 20;

async function catchUp(live: Client, scratch: Scratch, pace: Pace): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const position = (await checkpointOf(live)) ?? START;
    if (position <= scratch.checkpoint()) return;
    await scratch.foldTo(position, pace);
  }
}

interface Ending extends Pace {
  readonly actor: string;
  readonly startedAt: Date;
  outcomeOf(differences: number): Certificate['outcome'];
}

/** Compares every row of the incoming tables with those that serve, and finishes by the outcome. */
async function conclude(
  live: Client,
  incoming: Scratch,
  projections: readonly Projection[],
  ending: Ending,
): Promise<{ readonly certificate: Certificate; readonly compared: Compared }> {
  const compared = await compareSnapshot(live, incoming, projections, ending);
  const differences = compared.differences.length + compared.omitted;
  const evidence: Certificate = {
    id: randomUUID(),
    readModels: projections.map(({ name }) => name),
    outcome: ending.outcomeOf(differences),
    position: compared.position,
    stateHash: stateHash(compared.position, compared.tables),
    differences,
    servedFrom: null,
    actor: ending.actor,
    startedAt: ending.startedAt,
    finishedAt: new Date(),
  };
  return { certificate: await finish(live, incoming, evidence, ending), compared };
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
  await swapIn({
    client: live,
    from: incoming.schema,
    tables: incoming.tables,
    catchUp: async (to) => {
      await incoming.foldTo(to, pace);
    },
    withinSwap: (servedFrom) => {
      certificate = { ...evidence, servedFrom, finishedAt: new Date() };
      return keepCertificate(live, certificate);
    },
    ...(pace.signal !== undefined && { signal: pace.signal }),
  });
  return certificate;
}

/** Drops the tables of a killed rebuild. Refuses (run-elsewhere) while a running one holds the lock. */
async function clearShadow(store: EventStore, url: string): Promise<void> {
  const client = await auditConnection(url, SHADOW_SCHEMA);
  const left = await tablesIn(client, SHADOW_SCHEMA).finally(() => client.end());
  if (left.length === 0) return;
  const tables = left.filter((table) => table !== 'checkpoint');
  const asFound = { name: 'left', tables, apply: async () => undefined };
  const scratch = await openScratch({
    ...{ store, url, schema: SHADOW_SCHEMA },
    ...{ projections: [asFound], isToServe: true },
  });
  await scratch.drop().finally(() => scratch.close());
}

function requireOwner(url: string | undefined): string {
  if (url !== undefined) return url;
  throw new AuditRefused(
    'no-rights',
    'A rebuild swaps tables, which only their owner may do: set DAYBOOK_MIGRATION_URL.',
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

async function requireSameColumns(client: Client, table: string): Promise<void> {
  const columns = async (schema: string) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT attname || ' ' || format_type(atttypid, atttypmod) AS name FROM pg_attribute
        WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname`,
      [qualified(schema, table)],
    );
    return rows.map(({ name }) => name).join(', ');
  };
  if ((await columns(LIVE_SCHEMA)) === (await columns(BEFORE_SCHEMA))) return;
  throw tablesChanged(table);
}

function tablesChanged(table: string): AuditRefused {
  return new AuditRefused(
    'tables-changed',
    `A migration changed ${table} since the swap; rebuild instead of rolling back.`,
  );
}

function reportOf(
  certificate: Certificate,
  { tables, differences, omitted }: Compared,
  events: number,
  seconds: number,
): RebuildReport {
  const rows = tables.reduce((sum, { rowsExpected }) => sum + rowsExpected, 0);
  const exitCode = certificate.outcome === 'differs' ? 1 : 0;
  return { kind: 'rebuild', certificate, rows, events, seconds, differences, omitted, exitCode };
}
