/** What the binary form of an array says its elements are (pg_type). */
const OIDS = { text: 25, uuid: 2950, bigint: 20 } as const;

type Kind = keyof typeof OIDS;

/** A column as one parameter, and how SQL turns its elements into the type of the table. */
export interface Column {
  /** Of the parameter: `uuid[]`. */
  readonly arrayType: string;
  /** Encodes values, which are in PostgreSQL's text form or null. */
  encode(values: readonly (string | null)[]): Buffer;
}

/**
 * A column of this type in PostgreSQL's binary form of arrays (`array_recv`), to be made before the
 * clock starts: a limit pays for what the database does and for nothing that a client does. Types
 * whose binary form is not worth writing here travel as text, and the database reads them.
 */
export function columnOf(type: string): Column {
  const kind = type in OIDS ? (type as Kind) : 'text';
  return {
    arrayType: `${kind}[]`,
    encode: (values) =>
      encodeArray(
        OIDS[kind],
        values.map((value) => (value === null ? null : ENCODERS[kind](value))),
      ),
  };
}

const ENCODERS: Readonly<Record<Kind, (value: string) => Buffer>> = {
  text: (value) => Buffer.from(value),
  uuid: (value) => Buffer.from(value.replaceAll('-', ''), 'hex'),
  bigint: (value) => {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64BE(BigInt(value));
    return bytes;
  },
};

function encodeArray(elementOid: number, elements: readonly (Buffer | null)[]): Buffer {
  const header = Buffer.alloc(20);
  header.writeInt32BE(1, 0); // dimensions
  header.writeInt32BE(1, 4); // NULLs may follow
  header.writeInt32BE(elementOid, 8);
  header.writeInt32BE(elements.length, 12);
  header.writeInt32BE(1, 16); // lower bound
  const parts: Buffer[] = [header];
  for (const element of elements) {
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(element?.length ?? -1);
    parts.push(length);
    if (element) parts.push(element);
  }
  return Buffer.concat(parts);
}
