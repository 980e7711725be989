import { type Act, DomainError, type LostDetails, loss, streamName } from '@daybook/domain';
import {
  decideAndAppendMany,
  type EventStore,
  historyIfWhole,
  type Position,
  type RecordedEvent,
  START,
} from '@daybook/event-store';
import { lossIdOf } from '../../../ledger/src/edge/identity';
import {
  detailsOfOther,
  foundIn,
  inTurn,
  isElsewhere,
  needsPath,
  type PurseWithPath,
  purses,
  type Returning,
  unownedPurses,
} from './lost';
import { type Place, placeKey } from './paths';
import type { Known, OtherKnown, PurseKnown } from './rows';

/** How a log is adopted. */
export interface Adoption {
  readonly store: EventStore;
  /** The last position at which log and tables agree. */
  readonly through: Position;
  /** The epoch that begins. */
  readonly epoch: number;
  readonly act: Act;
  /** Who adopts it. */
  readonly actor: string;
  /** Whether it is done, and not only counted. */
  readonly isReal: boolean;
  readonly signal: AbortSignal;
  /** Called after each page of rows. */
  advanced(rows: number): void;
}

const ADOPTED = /^adopt-([1-9][0-9]{0,5})$/;
const commandOf = (epoch: number) => `adopt-${epoch}`;

/** The epoch for which an adoption brought an event back; 0 for every other event. */
export function adoptedIn({ metadata: { commandId } }: Pick<RecordedEvent, 'metadata'>): number {
  return Number(ADOPTED.exec(commandId)?.[1] ?? 0);
}

/** A stream that lost events which cannot be written again. */
interface Lost {
  readonly stream: string;
  readonly accountId: string;
  readonly lost: LostDetails;
}

/** The blocks of a chain in which something is that the log lost. */
export interface LostBlocks {
  readonly chain: string;
  readonly from: bigint;
  readonly to: bigint;
}

/** Brings back what the tables know, page by page. In a dry run it only counts. */
export function bringBack(adoption: Adoption) {
  const { store, through, epoch, act, actor, isReal, signal } = adoption;
  /** How many streams got events, and how many are recorded as lost, by kind. */
  const [returned, lost] = [new Map<string, number>(), new Map<string, number>()];
  const blocks = new Map<string, LostBlocks>();
  const add = (to: Map<string, number>, stream: string) => {
    const kind = stream.slice(0, stream.indexOf('-'));
    to.set(kind, (to.get(kind) ?? 0) + 1);
  };
  const metadataFor = (accountId: string) => ({ accountId, actor, reason: act.reason });
  const commandId = commandOf(epoch);

  async function record(losses: readonly Lost[]): Promise<void> {
    for (const { stream } of losses) add(lost, stream);
    if (!isReal || losses.length === 0) return;
    const at = new Date().toISOString();
    const results = await decideAndAppendMany(
      store,
      loss,
      losses.map(({ stream, accountId, lost: details }) => ({
        stream: streamName('loss', lossIdOf(epoch, stream)),
        command: {
          ...{ type: 'RecordLoss', epoch, accountId, at },
          ...{ subject: stream.replace('-', '/'), lost: details },
        } as const,
        ...{ commandId, metadata: metadataFor(accountId), decidesRepeats: true },
      })),
    );
    for (const result of results) if (result instanceof Error) throw result;
  }

  /** Rows of one kind. What the log refuses is recorded as lost. */
  async function rowsOf<Row, Command, State>(
    returning: Returning<Row, Command, State>,
    rows: readonly Row[],
  ): Promise<void> {
    const decider = inTurn(returning.decider);
    const found = await foundIn(store, returning, rows, through);
    const [returns, losses] = [[] as { row: Row; commands: readonly Command[] }[], [] as Lost[]];
    const lose = (row: Row) =>
      losses.push({
        ...{ stream: returning.streamOf(row), accountId: returning.accountOf(row) },
        lost: returning.detailsOf(row),
      });
    for (const [i, row] of rows.entries()) {
      const known = found[i] ?? null;
      const commands = known && returning.commandsFor(row, known, act);
      if (known === null || commands === null) lose(row);
      else if (
        decides(
          () => decider.decide(commands, known.state),
          () => lose(row),
        ) > 0
      ) {
        returns.push({ row, commands });
      }
    }
    for (const { row } of returns) add(returned, returning.streamOf(row));
    if (isReal && returns.length > 0) {
      const results = await decideAndAppendMany(
        store,
        decider,
        returns.map(({ row, commands }) => ({
          ...{ stream: returning.streamOf(row), command: commands, commandId },
          ...{ metadata: metadataFor(returning.accountOf(row)), decidesRepeats: true },
        })),
      );
      for (const result of results) if (result instanceof Error) throw result;
    }
    await record(losses);
  }

  /** Each page of rows. */
  async function each<Row>(
    pages: AsyncIterable<readonly Row[]>,
    work: (rows: readonly Row[]) => Promise<void>,
  ): Promise<void> {
    for await (const rows of pages) {
      signal.throwIfAborted();
      await work(rows);
      adoption.advanced(rows.length);
    }
  }

  return {
    ...{ returned, lost, blocks },

    all: <Row, Command, State>(
      pages: AsyncIterable<readonly Row[]>,
      returning: Returning<Row, Command, State>,
    ) => each(pages, (rows) => rowsOf(returning, rows)),

    /** The addresses that the log does not have, for which it needs the paths. */
    async withoutPath(pages: AsyncIterable<readonly PurseKnown[]>): Promise<readonly Place[]> {
      const places: Place[] = [];
      await each(pages, async (rows) => {
        const pathless = rows.map((row) => ({ ...row, derivation: null }));
        const found = await foundIn(store, purses, pathless, through);
        for (const [i, row] of rows.entries()) {
          const known = found[i];
          if (known && needsPath(row, known)) places.push(row);
        }
      });
      return places;
    },

    /** Purses under their own ids; those that have another address in the log under one of their own. Counts the latter. */
    async allPurses(
      pages: AsyncIterable<readonly PurseKnown[]>,
      paths: ReadonlyMap<string, PurseWithPath['derivation']>,
    ): Promise<number> {
      let unowned = 0;
      await each(pages, async (rows) => {
        const withPaths = rows.map((row) => ({
          ...row,
          derivation: paths.get(placeKey(row)) ?? null,
        }));
        const found = await foundIn(store, purses, withPaths, through);
        const elsewhere = withPaths.filter((row, i) => {
          const known = found[i];
          return known && isElsewhere(row, known);
        });
        await rowsOf(purses, withPaths);
        await rowsOf(unownedPurses, elsewhere);
        unowned += elsewhere.length;
      });
      return unowned;
    },

    /** What comes from the chain or from an operator: only recorded. */
    others: (pages: ReturnType<Known['others']>) =>
      each(pages, async (rows) => {
        const streamOf = ({ kind, id }: OtherKnown) => streamName(kind, id);
        const histories = await store.readStreams(rows.map((row) => ({ stream: streamOf(row) })));
        const losses = rows.filter((row) => {
          const end = historyIfWhole(histories, streamOf(row)).at(-1)?.position ?? START;
          return end <= through && String(end) !== row.lastPosition;
        });
        for (const row of losses) noteBlock(row);
        await record(
          losses.map((row) => ({
            ...{ stream: streamOf(row), accountId: row.accountId },
            lost: detailsOfOther(row),
          })),
        );
      }),
  };

  function noteBlock({ kind, chain, blockNumber }: OtherKnown): void {
    if (blockNumber === null || kind === 'finding') return;
    const block = BigInt(blockNumber);
    const { from, to } = blocks.get(chain) ?? { from: block, to: block };
    blocks.set(chain, {
      chain,
      from: block < from ? block : from,
      to: block > to ? block : to,
    });
  }
}

/** How many events commands lead to; none where they are refused. */
function decides(decide: () => readonly unknown[], refused: () => void): number {
  try {
    return decide().length;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    refused();
    return 0;
  }
}
