import type { DataSource } from 'typeorm';
import { READ_MODELS_CHECKPOINT } from '../projections/projector';
import type { KnownOwners, Owner } from './owners';

interface Row {
  position: string;
  address: string | null;
  purse_id: string;
  customer_id: string;
  account_id: string;
  purse_status: Owner['purseStatus'];
  outside_order_id: string | null;
  customer_status: 'active' | 'blocked';
  screening: boolean;
}

// One statement is one snapshot: the position is that of the rows. It comes also without any row.
const FIND = `
  SELECT coalesce(c.position, 0) AS position, o.*
    FROM (SELECT max(position) AS position FROM ledger.checkpoint WHERE name = $1) AS c
    LEFT JOIN (
      SELECT p.address, p.id AS purse_id, p.customer_id, p.account_id, p.status AS purse_status,
             p.outside_order_id, customer.status AS customer_status, account.screening
        FROM ledger.purse p
        JOIN ledger.customer ON customer.id = p.customer_id
        JOIN ledger.account ON account.id = p.account_id
       WHERE p.address = ANY($2::text[])
    ) AS o ON true`;

/** The owners of those of the addresses (canonical form) that the read models know. */
export async function findOwners(
  dataSource: DataSource,
  addresses: readonly string[],
): Promise<KnownOwners> {
  const rows: Row[] = await dataSource.query(FIND, [READ_MODELS_CHECKPOINT, addresses]);
  const byAddress = new Map<string, Owner>();
  for (const row of rows) {
    if (row.address === null) continue;
    byAddress.set(row.address, {
      parties: {
        purseId: row.purse_id,
        customerId: row.customer_id,
        accountId: row.account_id,
      },
      outsideOrderId: row.outside_order_id,
      purseStatus: row.purse_status,
      customerBlocked: row.customer_status === 'blocked',
      screening: row.screening,
    });
  }
  return { position: BigInt(rows[0]?.position ?? 0), byAddress };
}
