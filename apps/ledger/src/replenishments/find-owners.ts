import { READ_MODELS_CHECKPOINT } from '@daybook/audit';
import type { Family } from '@daybook/domain';
import type { DataSource } from 'typeorm';
import { type KnownOwners, keyOf, type Owner, type Receiver } from './owners';

interface Row {
  position: string;
  address: string | null;
  family: Family;
  purse_id: string;
  customer_id: string;
  account_id: string;
  purse_status: Owner['purseStatus'];
  outside_order_id: string | null;
  purse_was_restored: boolean;
  customer_status: 'active' | 'blocked';
  screening: boolean;
}

// One statement is one snapshot, so the position matches the rows. It is returned even without rows.
const FIND = `
  SELECT coalesce(c.position, 0) AS position, o.*
    FROM (SELECT max(position) AS position FROM ledger.checkpoint WHERE name = $1) AS c
    LEFT JOIN (
      SELECT p.address, p.family, p.id AS purse_id, p.customer_id, p.account_id, p.outside_order_id,
             p.status AS purse_status, p.was_restored AS purse_was_restored,
             customer.status AS customer_status, account.screening
        FROM ledger.purse p
        JOIN ledger.customer ON customer.id = p.customer_id
        JOIN ledger.account ON account.id = p.account_id
       WHERE (p.address, p.family) IN (SELECT * FROM unnest($2::text[], $3::text[]))
    ) AS o ON true`;

/** The owners of the receivers that are in the read models. */
export async function findOwners(
  dataSource: DataSource,
  receivers: readonly Receiver[],
): Promise<KnownOwners> {
  const rows: Row[] = await dataSource.query(FIND, [
    READ_MODELS_CHECKPOINT,
    receivers.map(({ address }) => address),
    receivers.map(({ family }) => family),
  ]);
  const owners = new Map<string, Owner>();
  for (const row of rows) {
    const { address, family } = row;
    if (address === null) continue;
    owners.set(keyOf({ family, address }), {
      parties: {
        purseId: row.purse_id,
        customerId: row.customer_id,
        accountId: row.account_id,
      },
      outsideOrderId: row.outside_order_id,
      purseStatus: row.purse_status,
      purseWasRestored: row.purse_was_restored,
      customerBlocked: row.customer_status === 'blocked',
      screening: row.screening,
    });
  }
  return { position: BigInt(rows[0]?.position ?? 0), owners };
}
