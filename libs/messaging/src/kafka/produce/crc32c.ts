/** The polynomial of Castagnoli, reversed (RFC 3720, appendix B.4). */
const POLYNOMIAL = 0x82f63b78;
/** Bytes taken at once: each has a table that says what it means so far from the end. */
const SLICES = 8;

const TABLES = makeTables();

/** The checksum of Kafka's record batches, CRC-32C, of `bytes` from `start` to `end`. */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as Eight<Int32Array>;
  let crc = -1;
  let at = start;
  for (; at + SLICES <= end; at += SLICES) {
    crc =
      (t7[(crc ^ byte(bytes, at)) & 0xff] as number) ^
      (t6[((crc >>> 8) ^ byte(bytes, at + 1)) & 0xff] as number) ^
      (t5[((crc >>> 16) ^ byte(bytes, at + 2)) & 0xff] as number) ^
      (t4[((crc >>> 24) ^ byte(bytes, at + 3)) & 0xff] as number) ^
      (t3[byte(bytes, at + 4)] as number) ^
      (t2[byte(bytes, at + 5)] as number) ^
      (t1[byte(bytes, at + 6)] as number) ^
      (t0[byte(bytes, at + 7)] as number);
  }
  for (; at < end; at += 1) {
    crc = (t0[(crc ^ byte(bytes, at)) & 0xff] as number) ^ (crc >>> 8);
  }
  return (crc ^ -1) >>> 0;
}

type Eight<T> = readonly [T, T, T, T, T, T, T, T];

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

function makeTables(): readonly Int32Array[] {
  const first = Int32Array.from({ length: 256 }, (_, value) => {
    let crc = value;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    return crc;
  });
  const tables = [first];
  for (let slice = 1; slice < SLICES; slice += 1) {
    const before = tables[slice - 1] as Int32Array;
    tables.push(before.map((crc) => (first[crc & 0xff] as number) ^ (crc >>> 8)));
  }
  return tables;
}
