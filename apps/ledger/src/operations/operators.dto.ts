import { IdField, ReasonField, TextField } from '../edge/fields';
import { IssueKeyRequest, KeyIdField, ScopesField } from '../edge/keys.dto';

const NAME_LENGTH_MAX = 100;

export class AddOperatorRequest {
  @TextField({ max: NAME_LENGTH_MAX })
  readonly name!: string;

  @ReasonField()
  readonly reason!: string;
}

export class ListOperatorKeysRequest {
  @IdField()
  readonly operatorId!: string;
}

export class IssueOperatorKeyRequest extends IssueKeyRequest {
  @IdField()
  readonly operatorId!: string;

  @ScopesField('operator')
  readonly scopes!: readonly string[];
}

export class RevokeOperatorKeyRequest {
  @IdField()
  readonly operatorId!: string;

  @KeyIdField()
  readonly keyId!: string;

  @ReasonField()
  readonly reason!: string;
}
