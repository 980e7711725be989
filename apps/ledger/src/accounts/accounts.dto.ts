import { EXPIRY_DAYS_MAX } from '@daybook/domain';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IdField, IntegerField, ReasonField } from '../edge/fields';
import { IssueKeyRequest, KeyIdField, ScopesField } from '../edge/keys.dto';
import { ListResponse } from '../edge/paging';
import type { AccountResource } from './list-accounts';

const ACCOUNT_ID = { description: 'Id of the account.' } as const;

export class ListApiKeysRequest {
  @IdField(ACCOUNT_ID)
  readonly accountId!: string;
}

export class IssueApiKeyRequest extends IssueKeyRequest {
  @IdField(ACCOUNT_ID)
  readonly accountId!: string;

  @ScopesField('account')
  readonly scopes!: readonly string[];
}

export class RevokeApiKeyRequest {
  @IdField(ACCOUNT_ID)
  readonly accountId!: string;

  @KeyIdField()
  readonly keyId!: string;

  @ReasonField()
  readonly reason!: string;
}

const UNUSED = 'Days after which a purse without any confirmed receipt expires';
const IDLE = 'Days after the last confirmed receipt after which a purse expires';
const DAYS = { min: 1, max: EXPIRY_DAYS_MAX, example: 365, optional: true } as const;

/** The policy that replaces the present one. */
export class ChangeAccountPolicyRequest {
  @IdField(ACCOUNT_ID)
  readonly accountId!: string;

  @IntegerField({ ...DAYS, description: `${UNUSED}; never when left out.` })
  readonly purseUnusedDays?: number;

  @IntegerField({ ...DAYS, description: `${IDLE}; never when left out.` })
  readonly purseIdleDays?: number;

  @ReasonField()
  readonly reason!: string;
}

@ApiSchema({ name: 'Account', description: 'An account, with the policy that operators set.' })
export class AccountResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'Id of the account.' })
  readonly id!: string;

  @ApiProperty({ type: String, description: 'Its name.' })
  readonly name!: string;

  @ApiProperty({ type: 'integer', nullable: true, description: `${UNUSED}; null for never.` })
  readonly purseUnusedDays!: number | null;

  @ApiProperty({ type: 'integer', nullable: true, description: `${IDLE}; null for never.` })
  readonly purseIdleDays!: number | null;
}

@ApiSchema({ name: 'AccountList' })
export class AccountListResponse extends ListResponse {
  @ApiProperty({ type: [AccountResponse], description: 'In the order of their ids.' })
  readonly data!: readonly AccountResponse[];
}

export function accountResponse({ id, name, purseExpiry }: AccountResource): AccountResponse {
  const { unusedDays: purseUnusedDays, idleDays: purseIdleDays } = purseExpiry;
  return { id, name, purseUnusedDays, purseIdleDays };
}
