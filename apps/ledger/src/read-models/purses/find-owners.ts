import type { DataSource } from 'typeorm';
import type { PurseOwner } from '../../replenishment/purse-directory';

interface Row {
  address: string;
  id: string;
  customer_id: string;
  account_id: string;
}

/** The owners of those of the addresses (canonical form) that the read model knows. */
export async function findOwners(
  dataSource: DataSource,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, PurseOwner>> {
  const rows: Row[] = await dataSource.query(
    'SELECT address, id, customer_id, account_id FROM ledger.purse WHERE address = ANY($1::text[])',
    [addresses],
  );
  return new Map(
    rows.map(({ address, id, customer_id, account_id }) => [
      address,
      { purseId: id, customerId: customer_id, accountId: account_id },
    ]),
  );
}
