import type { MovementV1 } from '@daybook/contracts';
import type { Family, ReplenishmentStatus } from '@daybook/domain';
import { textArray, uuidArray } from '@daybook/platform/plain';
import type { DataSource } from 'typeorm';
import { replenishmentIdOf } from '../edge/identity';
import { keyOf, type TransactionName } from './kept-look-ups';

/** A purse of the account that takes part in a transaction. */
export interface OwnPurse {
  readonly id: string;
  readonly address: string;
  readonly mintPosition: bigint;
}

const PURSES = `
  SELECT id, address, first_position::text AS position
    FROM ledger.purse WHERE address = ANY($1) AND family = $2 AND account_id = $3`;

/** The purses of an account among these canonical addresses, by address. */
export async function ownPurses(
  dataSource: DataSource,
  accountId: string,
  family: Family,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, OwnPurse>> {
  if (addresses.length === 0) return new Map();
  const values = [textArray([...new Set(addresses)]), family, accountId];
  const rows: { id: string; address: string; position: string }[] = await dataSource.query(
    PURSES,
    values,
  );
  return new Map(
    rows.map(({ id, address, position }) => [
      address,
      { id, address, mintPosition: BigInt(position) },
    ]),
  );
}

/** What became of a movement. */
export interface OwnRecord extends MovementV1 {
  readonly id: string;
  readonly status: ReplenishmentStatus;
  readonly reason: string | null;
  readonly blockNumber: number | null;
  /** What it has reached, such as `depth:12`. */
  readonly finality: string | null;
}

const COLUMNS = `
  id, ordinal, status, reason, finality, asset, amount::text, from_address AS "from", to_address AS "to",
  block_number::float8 AS "blockNumber"`;

// Each part has its index.
const RECORDS = `
  SELECT ${COLUMNS} FROM ledger.replenishment WHERE id = ANY($1) AND account_id = $2
  UNION
  SELECT ${COLUMNS} FROM ledger.replenishment
   WHERE tx_hash = $3 AND account_id = $2 AND (ordinal LIKE 'call:%' OR ordinal LIKE 'internal:%')`;

/**
 * Of what a transaction moves by these ordinals, the replenishments of an account, by ordinal. Also those of calls of
 * contracts, whatever their ordinals: most nodes show no traces of a block that is older than some minutes, and another
 * node may show none at all.
 */
export async function ownRecords(
  dataSource: DataSource,
  accountId: string,
  name: TransactionName,
  ordinals: readonly string[],
): Promise<ReadonlyMap<string, OwnRecord>> {
  const idOf = (ordinal: string) => replenishmentIdOf(`${keyOf(name)}/${ordinal}`);
  const values = [uuidArray(ordinals.map(idOf)), accountId, name.hash];
  const rows: OwnRecord[] = await dataSource.query(RECORDS, values);
  // Two chains may include one transaction.
  const own = rows.filter(({ id, ordinal }) => id === idOf(ordinal));
  return new Map(own.map((row) => [row.ordinal, row]));
}

/**
 * The ordinals that nearly all other transfers to purses have. Replenishments are found by their ids, so those of a
 * transaction that its chain does not show now need no index of their own.
 */
export const USUAL_ORDINALS: readonly string[] = [
  ...['value:0', 'trc10:0'],
  ...Array.from({ length: 128 }, (_, n) => `log:${n}`),
];
