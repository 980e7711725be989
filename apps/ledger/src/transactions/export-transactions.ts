import { READ_MODELS_CHECKPOINT } from '@daybook/audit';
import type { json } from '@daybook/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AssetNames } from '../chains';
import { KeyCounts } from '../edge/key-counts';
import { Problem } from '../edge/problem';
import { type EntryFilter, readEntryPage } from './entry-pages';
import { toEntry } from './list-transactions';

/** Entries in memory at once, of each export: a message of some hundred kilobytes. */
const PART_LIMIT = 200;
/** Exports of one account at once in a process. */
const PER_ACCOUNT_MAX = 1;
/** Of all accounts. Each keeps one of the twelve connections of the process. */
const ALL_MAX = 2;
/**
 * An export is of one snapshot of the database, which keeps rows from being cleaned up, and a rebuild from being swapped
 * in, until it ends. At some ten thousand entries a second it is enough for ten million.
 */
const EXPORT_MS_MAX = 15 * 60_000;

const POSITION = 'SELECT position FROM ledger.checkpoint WHERE name = $1';

export interface ExportRequest {
  readonly accountId: string;
  readonly filter: EntryFilter;
  /** Its reason ends the export. */
  readonly signal: AbortSignal;
}

/** The transactions of accounts, complete and of one position. */
@Injectable()
export class TransactionExports {
  private readonly byAccount = new KeyCounts(PER_ACCOUNT_MAX);
  private all = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly assets: AssetNames,
  ) {}

  /**
   * All entries with these properties, oldest first, in parts. The next part is read when the last one was taken, so a slow
   * reader costs the memory of one part. Refuses with `too-many-streams`, and after a quarter of an hour with `timeout`.
   */
  async *parts({
    accountId,
    filter,
    signal,
  }: ExportRequest): AsyncGenerator<json.ExportTransactionsResponse, void, void> {
    const snapshot = this.open(accountId);
    try {
      const assets = await this.assets.now();
      const position = await snapshot.begin();
      let from: string | null = null;
      do {
        signal.throwIfAborted();
        const asked = { accountId, filter, order: 'oldest', from, limit: PART_LIMIT } as const;
        const page = await readEntryPage(snapshot, asked);
        from = page.next;
        const data = page.rows.map((entry) => toEntry(entry, assets));
        const atEnd = from === null;
        if (atEnd || data.length > 0) yield { data, position, atEnd };
      } while (from !== null);
    } finally {
      await snapshot.end();
    }
  }

  /** A snapshot of the database. It ends by itself in time, also when nobody takes the next part. */
  private open(accountId: string) {
    this.take(accountId);
    const connection = this.dataSource.createQueryRunner();
    let ended: Promise<void> | null = null;
    const end = () => {
      ended ??= (async () => {
        clearTimeout(timer);
        try {
          if (connection.isTransactionActive) await connection.rollbackTransaction();
        } finally {
          await connection.release();
          this.byAccount.release(accountId);
          this.all -= 1;
        }
      })();
      return ended;
    };
    const timer = setTimeout(() => void end().catch(() => undefined), EXPORT_MS_MAX).unref();
    return {
      end,
      /** The position that the snapshot is of. */
      async begin(): Promise<string> {
        await connection.startTransaction('REPEATABLE READ');
        const [row]: { position: string }[] = await connection.query(POSITION, [
          READ_MODELS_CHECKPOINT,
        ]);
        return row?.position ?? '0';
      },
      async query(sql: string, values: unknown[]): Promise<unknown> {
        if (ended === null) return connection.query(sql, values);
        throw new Problem('timeout', 'The export took too long: export a shorter time at once.');
      },
    };
  }

  private take(accountId: string): void {
    if (this.all >= ALL_MAX) {
      throw new Problem('too-many-streams', 'This process has reached its limit of exports.');
    }
    if (!this.byAccount.take(accountId)) {
      throw new Problem('too-many-streams', 'Another export of the account is under way.');
    }
    this.all += 1;
  }
}
