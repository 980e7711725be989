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

const RECORDS = `
  SELECT id, ordinal, status, reason, finality, asset, amount::text, from_address AS "from", to_address AS "to",
         block_number::float8 AS "blockNumber"
    FROM ledger.replenishment WHERE id = ANY($1) AND account_id = $2`;

/** Of what a transaction moves by these ordinals, the replenishments of an account, by ordinal. */
export async function ownRecords(
  dataSource: DataSource,
  accountId: string,
  name: TransactionName,
  ordinals: readonly string[],
): Promise<ReadonlyMap<string, OwnRecord>> {
  const ids = ordinals.map((ordinal) => replenishmentIdOf(`${keyOf(name)}/${ordinal}`));
  const rows: OwnRecord[] = await dataSource.query(RECORDS, [uuidArray(ids), accountId]);
  return new Map(rows.map((row) => [row.ordinal, row]));
}

/**
 * The ordinals that nearly all transfers to purses have. Replenishments are found by their ids, so those of a
 * transaction that its chain does not show now need no index of their own.
 */
export const USUAL_ORDINALS: readonly string[] = [
  ...['value:0', 'trc10:0'],
  ...Array.from({ length: 128 }, (_, n) => `log:${n}`),
];
