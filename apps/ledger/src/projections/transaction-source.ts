/** The columns of an entry of the list of transactions, in the order in which they are shown. */
export const ENTRY_COLUMNS = {
  id: 'uuid',
  account_id: 'uuid',
  customer_id: 'uuid',
  purse_id: 'uuid',
  status: 'text',
  asset: 'text',
  amount: 'numeric',
  netted: 'numeric',
  from_address: 'text',
  to_address: 'text',
  tx_hash: 'text',
  reason: 'text',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
  first_position: 'bigint',
  last_position: 'bigint',
} as const;

export type EntryColumn = keyof typeof ENTRY_COLUMNS;

/**
 * A table whose rows are transactions of accounts, in the list of all of them. It has an index by account and first
 * position, and one by customer and first position: a page of the list reads a bounded part of one of the two.
 */
export interface TransactionSource {
  /** In the schema `ledger`. */
  readonly table: string;
  /** What its rows are. */
  readonly types: readonly string[];
  /** SQL for which of these the row `r` is. */
  readonly typeOf: string;
  /** SQL for the columns of the row `r` that have another name in the table, or none. */
  readonly columns?: Partial<Readonly<Record<EntryColumn, string>>>;
}
