import { IdField, ReasonField, TextField } from '../edge/fields';
import { IssueKeyRequest, RevokeKeyRequest, ScopesField } from '../edge/keys.dto';
import { ListRequest } from '../edge/paging';

const NAME_LENGTH_MAX = 100;

export class AddOperatorRequest {
  @TextField({ max: NAME_LENGTH_MAX })
  readonly name!: string;

  @ReasonField()
  readonly reason!: string;
}

export class ListOperatorKeysRequest extends ListRequest {
  @IdField()
  readonly operatorId!: string;
}

export class IssueOperatorKeyRequest extends IssueKeyRequest {
  @IdField()
  readonly operatorId!: string;

  @ScopesField('operator')
  readonly scopes!: readonly string[];
}

export class RevokeOperatorKeyRequest extends RevokeKeyRequest {
  @IdField()
  readonly operatorId!: string;
}
