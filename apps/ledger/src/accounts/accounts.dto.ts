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

const UNUSED_DAYS =
  'Days after which a purse without any confirmed receipt is archived; null for never.';
const IDLE_DAYS =
  'Days after its last confirmed receipt after which a purse is archived; null for never.';
const DAYS = { min: 1, max: EXPIRY_DAYS_MAX, nullable: true, optional: true, example: 30 };

export class ChangeAccountPolicyRequest {
  @IdField(ACCOUNT_ID)
  readonly accountId!: string;

  @IntegerField({ ...DAYS, description: `${UNUSED_DAYS} It stays when left out.` })
  readonly purseUnusedDays?: number | null;

  @IntegerField({ ...DAYS, description: `${IDLE_DAYS} It stays when left out.` })
  readonly purseIdleDays?: number | null;

  @ReasonField()
  readonly reason!: string;
}

@ApiSchema({ name: 'AccountPolicy', description: 'How an account wants its purses handled.' })
export class AccountPolicyResponse {
  @ApiProperty({ type: String, format: 'uuid', ...ACCOUNT_ID })
  readonly accountId!: string;

  @ApiProperty({ type: 'integer', nullable: true, description: UNUSED_DAYS, example: 30 })
  readonly purseUnusedDays!: number | null;

  @ApiProperty({ type: 'integer', nullable: true, description: IDLE_DAYS, example: 30 })
  readonly purseIdleDays!: number | null;
}
