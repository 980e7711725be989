import type { json } from '@daybook/contracts';
import {
  ADDRESS_RANGE_LENGTH_MAX,
  ALLOWED_ADDRESSES_MAX,
  COMPLIANCE_MODES,
  type ComplianceMode,
  DomainError,
  deviationsFrom,
  EXPIRY_DAYS_MAX,
  type PolicyChange,
  PRESET_NAMES,
  type PresetName,
  QUOTA_REQUESTS_MAX,
  QUOTA_TIERS,
  QUOTA_WINDOW_SECONDS_MAX,
  type QuotaTier,
  type TierQuota,
} from '@daybook/domain';
import { isAddressRange } from '@daybook/platform';
import {
  ChoiceField,
  IdField,
  IntegerField,
  ReasonField,
  TextField,
  TextsField,
} from '../edge/fields';
import { IssueAccountKeyRequest, RevokeKeyRequest, RotateKeyRequest } from '../edge/keys.dto';
import { ListRequest, ReadRequest } from '../edge/paging';
import type { AccountResource } from './get-accounts';

const NAME_LENGTH_MAX = 100;

export class OpenAccountRequest {
  @TextField({ max: NAME_LENGTH_MAX })
  readonly name!: string;

  @ChoiceField(PRESET_NAMES, { optional: true })
  readonly preset?: PresetName;

  @ReasonField()
  readonly reason!: string;
}

export class GetAccountRequest extends ReadRequest {
  @IdField()
  readonly accountId!: string;
}

/** The request of closing and reopening. */
export class CloseAccountRequest {
  @IdField()
  readonly accountId!: string;

  @ReasonField()
  readonly reason!: string;
}

export class ListApiKeysRequest extends ListRequest {
  @IdField()
  readonly accountId!: string;
}

export class IssueApiKeyRequest extends IssueAccountKeyRequest {
  @IdField()
  readonly accountId!: string;
}

export class RevokeApiKeyRequest extends RevokeKeyRequest {
  @IdField()
  readonly accountId!: string;
}

export class RotateApiKeyRequest extends RotateKeyRequest {
  @IdField()
  readonly accountId!: string;
}

const DAYS = { min: 1, max: EXPIRY_DAYS_MAX, optional: true, nullable: true } as const;
const REQUESTS = { min: 1, max: QUOTA_REQUESTS_MAX, optional: true, nullable: true } as const;
const WINDOW = { min: 1, max: QUOTA_WINDOW_SECONDS_MAX, optional: true } as const;

/** The settings that the people of an account may change themselves. */
export class ChangeOwnPolicyRequest {
  @IntegerField(DAYS)
  readonly purseUnusedDays?: number | null;

  @IntegerField(DAYS)
  readonly purseIdleDays?: number | null;

  @TextsField({
    ...{ max: ALLOWED_ADDRESSES_MAX, lengthMax: ADDRESS_RANGE_LENGTH_MAX },
    optional: true,
  })
  readonly allowedAddresses?: readonly string[] | null;

  @ReasonField()
  readonly reason!: string;
}

/** The settings that operators may change. */
export class ChangeAccountPolicyRequest extends ChangeOwnPolicyRequest {
  @IdField()
  readonly accountId!: string;

  @ChoiceField(PRESET_NAMES, { optional: true })
  readonly preset?: PresetName;

  @ChoiceField(COMPLIANCE_MODES, { optional: true })
  readonly complianceMode?: ComplianceMode;

  @IntegerField(REQUESTS)
  readonly walletRequests?: number | null;

  @IntegerField(WINDOW)
  readonly walletWindowSeconds?: number;

  @IntegerField(REQUESTS)
  readonly financialRequests?: number | null;

  @IntegerField(WINDOW)
  readonly financialWindowSeconds?: number;

  @IntegerField(REQUESTS)
  readonly standardRequests?: number | null;

  @IntegerField(WINDOW)
  readonly standardWindowSeconds?: number;
}

/** What the people of an account change. Refuses with `invalid-policy` what is no address or range. */
export function ownPolicyChange({
  purseUnusedDays,
  purseIdleDays,
  allowedAddresses,
}: ChangeOwnPolicyRequest): PolicyChange {
  const wrong = allowedAddresses?.find((one) => !isAddressRange(one));
  if (wrong !== undefined) {
    const sentence = `${wrong} is no address or CIDR range such as 203.0.113.0/24 or 2001:db8::/32.`;
    throw new DomainError('invalid-policy', sentence);
  }
  return {
    purseExpiry: {
      ...(purseUnusedDays !== undefined && { unusedDays: purseUnusedDays }),
      ...(purseIdleDays !== undefined && { idleDays: purseIdleDays }),
    },
    ...(allowedAddresses !== undefined && { allowedAddresses }),
  };
}

/** What an operator changes. Refuses with `invalid-policy` also half a quota. */
export function policyChange(request: ChangeAccountPolicyRequest): PolicyChange {
  const { complianceMode } = request;
  const quotas = QUOTA_TIERS.map((tier) => [tier, quotaIn(request, tier)] as const);
  return {
    ...ownPolicyChange(request),
    ...(complianceMode !== undefined && { compliance: { mode: complianceMode } }),
    quotas: Object.fromEntries(quotas.filter(([, quota]) => quota !== undefined)),
  };
}

function quotaIn(
  request: ChangeAccountPolicyRequest,
  tier: QuotaTier,
): TierQuota | null | undefined {
  const requests = request[`${tier}Requests`];
  const windowSeconds = request[`${tier}WindowSeconds`];
  if (requests === undefined && windowSeconds === undefined) return undefined;
  if (requests === null && windowSeconds === undefined) return null;
  if (typeof requests === 'number' && windowSeconds !== undefined) {
    return { requests, windowSeconds };
  }
  const sentence = `Send ${tier}Requests and ${tier}WindowSeconds together, or ${tier}Requests null alone.`;
  throw new DomainError('invalid-policy', sentence);
}

/** The settings by the names that clients use. */
const CLIENT_NAMES: Readonly<Record<string, string>> = {
  'purseExpiry.unusedDays': 'purseUnusedDays',
  'purseExpiry.idleDays': 'purseIdleDays',
  ...Object.fromEntries(QUOTA_TIERS.map((tier) => [`quotas.${tier}`, `${tier}Requests`])),
};

export function toAccount({ id, name, status, preset, policy }: AccountResource): json.Account {
  const { purseExpiry, compliance, quotas, allowedAddresses } = policy;
  return {
    ...{ id, name, status, preset },
    deviations: deviationsFrom(preset, policy).map((setting) => CLIENT_NAMES[setting] ?? setting),
    purseUnusedDays: purseExpiry.unusedDays,
    purseIdleDays: purseExpiry.idleDays,
    complianceMode: compliance.mode,
    walletRequests: quotas.wallet?.requests ?? null,
    walletWindowSeconds: quotas.wallet?.windowSeconds ?? null,
    financialRequests: quotas.financial?.requests ?? null,
    financialWindowSeconds: quotas.financial?.windowSeconds ?? null,
    standardRequests: quotas.standard?.requests ?? null,
    standardWindowSeconds: quotas.standard?.windowSeconds ?? null,
    allowedAddresses: allowedAddresses ?? [],
  };
}
