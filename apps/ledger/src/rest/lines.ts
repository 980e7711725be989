import { json } from '@daybook/contracts';

/** A column of a table: the way to its value in an item. */
type Column = readonly string[];

/** The items of a stream as lines of text. */
export interface LineFormat {
  readonly mediaType: string;
  /** The first line; empty if there is none. */
  readonly head: string;
  lineOf(item: object): string;
}

export const NDJSON = 'application/x-ndjson';
export const CSV = 'text/csv';

/** NDJSON unless the client accepts CSV only, or asks for it first. */
export function lineFormat(accept: string | undefined, schema: string): LineFormat {
  const types = (accept ?? '').split(',').map((type) => type.split(';', 1)[0]?.trim());
  const wanted = types.find((type) => type === CSV || type === NDJSON);
  return wanted === CSV ? csvOf(schema) : LINES_OF_JSON;
}

const LINES_OF_JSON: LineFormat = {
  mediaType: NDJSON,
  head: '',
  lineOf: (item) => `${JSON.stringify(item)}\n`,
};

/** RFC 4180. A column for each field, `money.amount` for one inside another; what is null is empty. */
function csvOf(schema: string): LineFormat {
  const columns = columnsOf(schema);
  return {
    mediaType: CSV,
    head: csvLine(columns.map((column) => column.join('.'))),
    lineOf: (item) => csvLine(columns.map((column) => cellOf(item, column))),
  };
}

interface Schema {
  readonly $ref?: string;
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

function columnsOf(name: string): readonly Column[] {
  const { properties = {} } = (json.SCHEMAS[name] ?? {}) as Schema;
  return Object.entries(properties).flatMap(([field, schema]) => {
    const ref = schema.$ref ?? schema.oneOf?.find(({ $ref }) => $ref !== undefined)?.$ref;
    if (ref === undefined) return [[field]];
    return columnsOf(ref.slice(ref.lastIndexOf('/') + 1)).map((column) => [field, ...column]);
  });
}

function cellOf(item: object, column: Column): string {
  let value: unknown = item;
  for (const name of column) value = (value as Readonly<Record<string, unknown>> | null)?.[name];
  return value === null || value === undefined ? '' : String(value);
}

function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) =>
    /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
  );
  return `${quoted.join(',')}\r\n`;
}
