import { IdField } from '../edge/fields';
import { IssueKeyRequest, KeyIdField, ReasonField, ScopesField } from '../edge/keys.dto';

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
