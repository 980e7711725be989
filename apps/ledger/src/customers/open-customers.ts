import type { json } from '@daybook/contracts';
import { type CustomerState, NO_PROFILE, streamName } from '@daybook/domain';
import { openField } from '../vault/personal-fields';
import type { Vault } from '../vault/vault';
import type { CustomerRow } from './customer.row';
import { toCustomer } from './customers.dto';

type Known = Exclude<CustomerState, { status: 'absent' }>;

/** What is shown of each sealed column once it can no longer be opened. */
const REDACTED = { externalId: '', ...NO_PROFILE } as const;

/** Rows as their account sees them, with their texts opened. */
export async function openCustomers(
  vault: Vault,
  rows: readonly CustomerRow[],
): Promise<readonly json.Customer[]> {
  const living = rows.filter(({ status }) => status !== 'erased');
  const keys = await vault.keysOf(living.map(({ id }) => id));
  return rows.map((row) => {
    const [stream, key] = [streamName('customer', row.id), keys.get(row.id) ?? null];
    const opened = Object.entries(REDACTED).map(([field, redacted]) => [
      field,
      openField(key, stream, field, row[field as keyof typeof REDACTED], redacted),
    ]);
    const shown = { ...row, ...Object.fromEntries(opened) } as unknown as Known;
    return toCustomer(row.id, { ...shown, createdAt: row.createdAt.toISOString() });
  });
}
