import type { DataSource } from 'typeorm';

/** Takes child indexes that no process ever gets again, even when this one never uses them. */
export async function takeAddressIndexes(
  dataSource: DataSource,
  count: number,
): Promise<readonly number[]> {
  const rows: { index: string }[] = await dataSource.query(
    `SELECT nextval('ledger.address_index') AS index FROM generate_series(1, $1::integer)`,
    [count],
  );
  return rows.map((row) => Number(row.index));
}
