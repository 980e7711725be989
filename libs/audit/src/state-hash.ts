import { createHash, type Hash } from 'node:crypto';

/** The values of a row as PostgreSQL writes them. */
export type Cells = readonly (string | null)[];

/** Names the rules below. Other rules need another name, so that their hashes never coincide. */
const DOMAIN = 'daybook-state-v1';

/**
 * The state hash: one hash of all read models at a position. It is the same on any machine, PostgreSQL
 * version, locale, time zone, page size or batch boundary.
 *
 *     state = sha256( text("daybook-state-v1") text(position) table... )
 *     table = text(name) digest                 one per table of the read models, names in byte order
 *     digest = sha256( text(name) count(columns) text(column)... row... )
 *     row   = cell...                           rows in key order, cells in the order of the columns
 *     cell  = text(value)  or  FF FF FF FF      for NULL
 *     text  = length in bytes (4 bytes, big-endian), then UTF-8
 *     count = 4 bytes, big-endian
 *
 * Columns are in byte order of their names. Rows are in the order of the primary key: numbers by size,
 * UUIDs and text by their bytes, times by time. A value is written as PostgreSQL's text: uuid in lower
 * case; numeric, bigint and smallint in decimal digits; boolean `t` or `f`; timestamptz in UTC as
 * `2026-01-31 12:00:00.123456+00` without zeros at the end of the fraction; text[] as an array
 * literal; jsonb with its keys ordered by length, then by bytes. Other types, such as floating-point
 * numbers, are refused.
 *
 * It covers everything in the read models' tables, because all of it is derived from the event log. It does
 * not cover checkpoints (the position is in the hash), the time of the run, and tables that are not derived
 * from the event log: chain heads, migrations, rebuilds, and the state of relays. Rows have positions and
 * recording times, so the same events in another store have another hash.
 */
export function stateHash(
  position: bigint,
  digests: readonly { readonly table: string; readonly digest: string }[],
): string {
  const hash = createHash('sha256');
  addText(hash, DOMAIN);
  addText(hash, position.toString());
  for (const { table, digest } of [...digests].sort((a, b) => compareBytes(a.table, b.table))) {
    addText(hash, table);
    hash.update(Buffer.from(digest, 'hex'));
  }
  return hash.digest('hex');
}

/** Rows are encoded into one buffer that is hashed when full, because hashing row by row is slower. */
const BUFFER_BYTES = 1 << 18;
const NULL_LENGTH = 0xffffffff;

/** The digest of one table. Add rows in key order, with cells in byte order of the columns. */
export function tableDigest(table: string, columns: readonly string[]) {
  const hash = createHash('sha256');
  addText(hash, table);
  const count = Buffer.allocUnsafe(4);
  count.writeUInt32BE(columns.length);
  hash.update(count);
  for (const column of columns) addText(hash, column);
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  let at = 0;
  const flush = () => {
    hash.update(buffer.subarray(0, at));
    at = 0;
  };
  return {
    add(row: Cells): void {
      for (const cell of row) {
        // UTF-8 needs at most 3 bytes per UTF-16 unit.
        const room = 4 + (cell === null ? 0 : cell.length * 3);
        if (at + room > BUFFER_BYTES) flush();
        if (room > BUFFER_BYTES) {
          addText(hash, cell as string);
          continue;
        }
        const length = cell === null ? NULL_LENGTH : buffer.write(cell, at + 4);
        buffer.writeUInt32BE(length, at);
        at += 4 + (cell === null ? 0 : length);
      }
    },
    /** The digest in hex. Nothing can be added afterwards. */
    end(): string {
      flush();
      return hash.digest('hex');
    },
  };
}

function addText(hash: Hash, text: string): void {
  const bytes = Buffer.from(text);
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(bytes.length);
  hash.update(length).update(bytes);
}

/** The order of text by its UTF-8 bytes, like PostgreSQL's COLLATE "C". */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
