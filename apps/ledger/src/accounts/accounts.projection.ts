import { type AccountPolicy, idOf, type PresetName, type Quotas } from '@daybook/domain';
import { storeAccountKey, storeEnd, storeRevocation } from '../edge/api-keys';
import { rowByRow, type Statement } from '../projections/row-by-row';

const INSERT_ACCOUNT = `
  INSERT INTO account (id, name, preset, status, compliance_mode, unused_days, idle_days, quotas, allowed_addresses)
  VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8)`;
const SET_STATUS = 'UPDATE account SET status = $2 WHERE id = $1';

/** Accounts with their policy, and their keys. */
export const accountsProjection = rowByRow(
  'account',
  { name: 'accounts', tables: ['account', 'api_key'] },
  ({ event, recorded }) => {
    const id = idOf(recorded.stream);
    switch (event.type) {
      case 'AccountOpened': {
        const { name, preset, policy } = event.data;
        const { compliance, purseExpiry, quotas, allowedAddresses = null } = policy;
        const expiry = [purseExpiry?.unusedDays ?? null, purseExpiry?.idleDays ?? null];
        const mode = compliance?.mode ?? 'none';
        const row = [id, name, preset, mode, ...expiry, storedQuotas(quotas), allowedAddresses];
        return [INSERT_ACCOUNT, row];
      }
      case 'AccountClosed':
        return [SET_STATUS, [id, 'closed']];
      case 'AccountReopened':
        return [SET_STATUS, [id, 'open']];
      case 'AccountPolicyChanged':
        return changePolicy(id, event.data);
      case 'ApiKeyIssued':
        return storeAccountKey(id, event.data);
      case 'ApiKeyRevoked':
        return storeRevocation({ kind: 'account', id }, event.data.keyId);
      case 'ApiKeyRotated':
        return storeEnd(id, event.data.keyId, event.data.endsAt);
    }
  },
);

/** Sets the columns of the groups that changed. */
function changePolicy(
  id: string,
  {
    policy: { purseExpiry, compliance, quotas, allowedAddresses },
    preset,
  }: { readonly policy: Partial<AccountPolicy>; readonly preset: PresetName | null },
): Statement | null {
  const columns: readonly (readonly [string, unknown])[] = [
    ...(preset === null ? [] : [['preset', preset] as const]),
    ...(purseExpiry === undefined
      ? []
      : [
          ['unused_days', purseExpiry.unusedDays] as const,
          ['idle_days', purseExpiry.idleDays] as const,
        ]),
    ...(compliance === undefined ? [] : [['compliance_mode', compliance.mode] as const]),
    ...(quotas === undefined ? [] : [['quotas', storedQuotas(quotas)] as const]),
    ...(allowedAddresses === undefined ? [] : [['allowed_addresses', allowedAddresses] as const]),
  ];
  if (columns.length === 0) return null;
  const set = columns.map(([name], index) => `${name} = $${index + 2}`).join(', ');
  return [`UPDATE account SET ${set} WHERE id = $1`, [id, ...columns.map(([, value]) => value)]];
}

/** As JSON, without the tiers that have the quota of the service; null if all have. */
function storedQuotas(quotas: Partial<Quotas> = {}): string | null {
  const own = Object.entries(quotas).filter(([, quota]) => quota !== null);
  return own.length === 0 ? null : JSON.stringify(Object.fromEntries(own));
}
