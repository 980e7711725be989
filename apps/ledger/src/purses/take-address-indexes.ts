import type { DataSource } from 'typeorm';

/**
 * Takes child indexes that no process ever gets again, even when this one never uses them. They must
 * be taken on disk before one is given out: a server that crashes in between would give it to the
 * next customer too. The transaction id makes the commit wait for the log whoever advanced it there.
 */
export function takeAddressIndexes(
  dataSource: DataSource,
  count: number,
): Promise<readonly number[]> {
  return dataSource.transaction(async (manager) => {
    await manager.query('SET LOCAL synchronous_commit = on');
    const rows: { index: string }[] = await manager.query(
      `SELECT nextval('ledger.address_index') AS index, pg_current_xact_id()
       FROM generate_series(1, $1::integer)`,
      [count],
    );
    return rows.map((row) => Number(row.index));
  });
}
