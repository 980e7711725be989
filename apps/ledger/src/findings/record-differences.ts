import {
  type FindingCommand,
  finding,
  identity,
  isNewer,
  type Observation,
  type Parties,
  streamName,
} from '@daybook/domain';
import { decideAndAppendMany, EventStore } from '@daybook/event-store';
import { uuidArray } from '@daybook/platform/plain';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { DataSource } from 'typeorm';
import { AssetsInUse } from '../chains';
import { findingIdOf } from '../edge/identity';
import { type Columns, cellsOf, rowsOf } from '../projections/projection';
import { Databases } from '../runtime/databases';

/** The balance of an address, read from the chain, next to what was recorded of it. */
export interface ObservedBalance extends Parties, Observation {
  /** CAIP-2. */
  readonly chain: string;
  /** In the canonical form of its family. */
  readonly address: string;
  /** CAIP-19. */
  readonly asset: string;
  /** What the chain says at the block, in base units. */
  readonly onChain: bigint;
  /**
   * The custody by all movements up to the block. What operators booked for findings (postings of kind `finding`)
   * is not part of it, see `RecordDifference` of the domain.
   */
  readonly recorded: bigint;
}

/**
 * The port of reconciliation: opens, updates or closes the `unexplained` finding of each address and asset. It may
 * be given the same observation repeatedly and older ones after newer ones. The answer has, for each, whether it
 * changed its finding. Rejects if the store or the database cannot be reached; then all may be given again.
 */
export class RecordDifferences extends Command<readonly boolean[]> {
  constructor(readonly observations: readonly ObservedBalance[]) {
    super();
  }
}

interface Known {
  readonly latest: Observation | null;
  readonly balancedAt: number | null;
}

const UNKNOWN: Known = { latest: null, balancedAt: null };

const KNOWN = `
  SELECT finding_id AS id, block_number::float8 AS number, block_hash AS hash, observed_at AS at,
         balanced_at::float8 AS "balancedAt"
    FROM ledger.reconciliation WHERE finding_id = ANY ($1::uuid[])`;

interface Row {
  readonly id: string;
  readonly number: number;
  readonly hash: string;
  readonly at: Date;
  readonly balancedAt: number | null;
}

interface Stored extends Observation {
  readonly id: string;
  readonly onChain: bigint;
  readonly balancedAt: number | null;
}

const COLUMNS: Columns<Stored> = {
  finding_id: ['uuid', ({ id }) => id],
  block_number: ['bigint', ({ block }) => block.number],
  block_hash: ['text', ({ block }) => block.hash],
  observed_at: ['timestamptz', ({ at }) => at],
  balanced_at: ['bigint', ({ balancedAt }) => balancedAt],
  on_chain: ['numeric', ({ onChain }) => onChain],
};

const STORE = `
  INSERT INTO ledger.reconciliation AS r (${Object.keys(COLUMNS).join(', ')})
  SELECT * FROM ${rowsOf('n', COLUMNS)}
  ON CONFLICT (finding_id) DO UPDATE SET
    block_number = excluded.block_number, block_hash = excluded.block_hash,
    observed_at = excluded.observed_at, balanced_at = excluded.balanced_at, on_chain = excluded.on_chain
   WHERE (excluded.block_number, excluded.observed_at) > (r.block_number, r.observed_at)`;

@CommandHandler(RecordDifferences)
export class RecordDifferencesHandler implements ICommandHandler<RecordDifferences> {
  constructor(
    private readonly store: EventStore,
    private readonly databases: Databases,
    private readonly assets: AssetsInUse,
  ) {}

  /** Of the consumer, which sends these commands. */
  private get dataSource(): DataSource {
    return this.databases.ofRole('consumer');
  }

  async execute({ observations }: RecordDifferences): Promise<readonly boolean[]> {
    if (observations.length === 0) return [];
    const ids = observations.map(({ address, asset }) =>
      findingIdOf(identity.finding('unexplained', `${address}\n${asset}`)),
    );
    await this.assets.of(observations, ({ asset }) => asset);
    const known = await this.known(ids);
    const newest = new Map<string, number>();
    // Each is decided on what the ones before it in this call have shown.
    const commands = observations.map((observation, i) => {
      const id = ids[i] as string;
      const facts = known.get(id) ?? UNKNOWN;
      const { accountId, block, at, onChain, recorded } = observation;
      const command = commandFor(observation, facts);
      if (isNewer(command.observed, facts.latest)) {
        const balancedAt = onChain === recorded ? block.number : facts.balancedAt;
        known.set(id, { latest: command.observed, balancedAt });
        newest.set(id, i);
      }
      const commandId = `observed:${block.number}:${block.hash}:${at}`;
      const metadata = { accountId, actor: 'system' };
      return { stream: streamName('finding', id), command, commandId, metadata };
    });
    const results = await decideAndAppendMany(this.store, finding, commands);
    const rows = Array.from(newest, ([id, i]) => {
      const result = results[i] as Exclude<(typeof results)[number], Error>;
      if (result instanceof Error) throw result;
      const { observed, onChain, recorded, facts } = (commands[i] as Decided).command;
      const corrected = result.state.status === 'absent' ? 0n : result.state.corrected;
      const isBalanced = onChain === recorded + corrected;
      const balancedAt = isBalanced ? observed.block.number : facts.balancedAt;
      return { id, ...observed, onChain, balancedAt };
    });
    // After the append: what is stored here makes a repeat look old.
    rows.sort((a, b) => (a.id < b.id ? -1 : 1));
    if (rows.length > 0) await this.dataSource.query(STORE, cellsOf(COLUMNS, rows));
    return results.map((result) => {
      if (result instanceof Error) throw result;
      return result.outcome === 'appended';
    });
  }

  private async known(ids: readonly string[]): Promise<Map<string, Known>> {
    const rows = await this.dataSource.query<Row[]>(KNOWN, [uuidArray([...new Set(ids)])]);
    return new Map(
      rows.map(({ id, number, hash, at, balancedAt }) => {
        const latest = { block: { number, hash }, at: at.toISOString() };
        return [id, { latest, balancedAt }];
      }),
    );
  }
}

type Decided = { readonly command: ReturnType<typeof commandFor> };

function commandFor(
  { block, at, ...observation }: ObservedBalance,
  facts: Known,
): Extract<FindingCommand, { type: 'RecordDifference' }> {
  return { type: 'RecordDifference', ...observation, observed: { block, at }, facts };
}
