/**
 * What a migration needs of TypeORM's query runner. Migrations only go forward: to return to an older
 * version, restore the backup that was made before the upgrade.
 */
export interface Queries {
  query(sql: string): Promise<unknown>;
}

/**
 * PostgreSQL's binary format of one-dimensional arrays (`array_recv`): five header words, then each element
 * after its length, which is -1 for NULL. Measured: a third more events per second than array literals.
 */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

/** Numbers of types in `pg_type`. */
const INT8_OID = 20;
const INT4_OID = 23;
const TEXT_OID = 25;
const UUID_OID = 2950;

/** UTF-8 needs at most three bytes for a UTF-16 code unit. */
const UTF8_BYTES_MAX = 3;
/** Where text is encoded before its length in bytes is known. Asking for the length of each value costs more. */
let scratch = Buffer.alloc(0);

export function textArray(values: readonly (string | null)[]): Buffer {
  let units = 0;
  for (const value of values) if (value !== null) units += value.length;
  const size = HEADER_BYTES + LENGTH_BYTES * values.length + UTF8_BYTES_MAX * units;
  if (scratch.length < size) scratch = Buffer.allocUnsafeSlow(size);
  const array = scratch;
  writeHeader(array, TEXT_OID, values.length);
  let at = HEADER_BYTES;
  for (const value of values) {
    const written = value === null ? NULL_LENGTH : array.write(value, at + LENGTH_BYTES);
    array.writeInt32BE(written, at);
    at += LENGTH_BYTES + Math.max(written, 0);
  }
  return Buffer.from(array.subarray(0, at));
}

export function bigintArray(values: readonly (bigint | null)[]): Buffer {
  return fixedWidthArray(INT8_OID, 8, values, (array, value, at) =>
    array.writeBigInt64BE(value, at),
  );
}

export function intArray(values: readonly (number | null)[]): Buffer {
  return fixedWidthArray(INT4_OID, 4, values, (array, value, at) => array.writeInt32BE(value, at));
}

/** The values must be UUIDs in canonical form. */
export function uuidArray(values: readonly (string | null)[]): Buffer {
  return fixedWidthArray(UUID_OID, 16, values, (array, value, at) =>
    array.write(value.replaceAll('-', ''), at, 'hex'),
  );
}

function fixedWidthArray<T>(
  elementOid: number,
  width: number,
  values: readonly (T | null)[],
  write: (array: Buffer, value: T, at: number) => unknown,
): Buffer {
  const array = Buffer.allocUnsafe(HEADER_BYTES + (LENGTH_BYTES + width) * values.length);
  writeHeader(array, elementOid, values.length);
  let at = HEADER_BYTES;
  for (const value of values) {
    array.writeInt32BE(value === null ? NULL_LENGTH : width, at);
    at += LENGTH_BYTES;
    if (value === null) continue;
    write(array, value, at);
    at += width;
  }
  return at === array.length ? array : array.subarray(0, at);
}

function writeHeader(array: Buffer, elementOid: number, length: number): void {
  array.writeInt32BE(1, 0); // dimensions
  array.writeInt32BE(1, 4); // there may be NULLs
  array.writeInt32BE(elementOid, 8);
  array.writeInt32BE(length, 12);
  array.writeInt32BE(1, 16); // lower bound
}
