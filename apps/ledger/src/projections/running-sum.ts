/**
 * Sums over the rows of a table by purse and asset, kept in the transaction that changes the rows. So a sum costs
 * the same however many rows it has. The table has the columns `purse_id`, `asset` and `sum`, and a row for each
 * purse and asset that a row ever had: this follows from the events alone, not from the batches in which they came.
 */
export interface RunningSum {
  readonly table: string;
  /** SQL for how much the row `alias` counts; never null. */
  amountIn(alias: string): string;
}

const addTo = (table: string, moved: string) => `
  INSERT INTO ${table} AS s (purse_id, asset, sum)
  SELECT purse_id, asset, sum(amount) FROM ${moved} GROUP BY purse_id, asset
  ON CONFLICT (purse_id, asset) DO UPDATE SET sum = s.sum + excluded.sum`;

/** Appends to an insertion that the sums follow. */
export function insertAndSum(insert: string, { table, amountIn }: RunningSum): string {
  return `
  WITH new AS (${insert} RETURNING *),
  moved AS (SELECT purse_id, asset, ${amountIn('new')} AS amount FROM new)
  ${addTo(table, 'moved')}`;
}

/** The same for an update of `t`, in which `o` is the row before it. Most updates move nothing. */
export function updateAndSum(update: string, { table, amountIn }: RunningSum): string {
  return `
  WITH changed AS (${update}
    RETURNING t.purse_id, t.asset, ${amountIn('t')} AS amount,
      o.purse_id AS old_purse_id, o.asset AS old_asset, ${amountIn('o')} AS old_amount),
  moved AS (
    SELECT * FROM changed
     WHERE (purse_id, asset, amount) IS DISTINCT FROM (old_purse_id, old_asset, old_amount))
  ${addTo(
    table,
    `(SELECT purse_id, asset, amount FROM moved
      UNION ALL SELECT old_purse_id, old_asset, -old_amount FROM moved) AS each`,
  )}`;
}
