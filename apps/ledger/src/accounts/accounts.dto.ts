import { EXPIRY_DAYS_MAX } from '@daybook/domain';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IdField, IntegerField, ReasonField } from '../edge/fields';
import { IssueKeyRequest, KeyIdField, ScopesField } from '../edge/keys.dto';

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

const DAYS = { min: 1, max: EXPIRY_DAYS_MAX, nullable: true, optional: true, example: 30 } as const;
const UNUSED_DAYS =
  'Days after which a purse without any confirmed receipt expires; null or left out for never.';
const IDLE_DAYS =
  'Days after the last confirmed receipt after which a purse expires; null or left out for never.';

export class ChangeAccountPolicyRequest {
  @IdField(ACCOUNT_ID)
  readonly accountId!: string;

  @IntegerField({ ...DAYS, description: UNUSED_DAYS })
  readonly unusedDays?: number | null;

  @IntegerField({ ...DAYS, description: IDLE_DAYS })
  readonly idleDays?: number | null;

  @ReasonField()
  readonly reason!: string;
}

@ApiSchema({ name: 'AccountPolicy', description: 'The policies of an account.' })
export class AccountPolicyResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'Id of the account.' })
  readonly accountId!: string;

  @ApiProperty({ type: 'integer', nullable: true, description: UNUSED_DAYS, example: 30 })
  readonly unusedDays!: number | null;

  @ApiProperty({ type: 'integer', nullable: true, description: IDLE_DAYS, example: 30 })
  readonly idleDays!: number | null;
}
