import type { json } from '@daybook/contracts';
import { EXPIRY_DAYS_MAX } from '@daybook/domain';
import { IdField, IntegerField, ReasonField } from '../edge/fields';
import { IssueKeyRequest, KeyIdField, ScopesField } from '../edge/keys.dto';
import type { AccountResource } from './list-accounts';

export class ListApiKeysRequest {
  @IdField()
  readonly accountId!: string;
}

export class IssueApiKeyRequest extends IssueKeyRequest {
  @IdField()
  readonly accountId!: string;

  @ScopesField('account')
  readonly scopes!: readonly string[];
}

export class RevokeApiKeyRequest {
  @IdField()
  readonly accountId!: string;

  @KeyIdField()
  readonly keyId!: string;

  @ReasonField()
  readonly reason!: string;
}

const DAYS = { min: 1, max: EXPIRY_DAYS_MAX, optional: true } as const;

/** The policy that replaces the present one. */
export class ChangeAccountPolicyRequest {
  @IdField()
  readonly accountId!: string;

  @IntegerField(DAYS)
  readonly purseUnusedDays?: number;

  @IntegerField(DAYS)
  readonly purseIdleDays?: number;

  @ReasonField()
  readonly reason!: string;
}

export function toAccount({ id, name, purseExpiry }: AccountResource): json.Account {
  const { unusedDays: purseUnusedDays, idleDays: purseIdleDays } = purseExpiry;
  return { id, name, purseUnusedDays, purseIdleDays };
}
