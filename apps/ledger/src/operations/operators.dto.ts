import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IdField, ReasonField, TextField } from '../edge/fields';
import { IssueKeyRequest, KeyIdField, ScopesField } from '../edge/keys.dto';
import { ListResponse } from '../edge/paging';

const OPERATOR_ID = { description: 'Id of the operator.' } as const;
const NAME_LENGTH_MAX = 100;

export class AddOperatorRequest {
  @TextField({
    max: NAME_LENGTH_MAX,
    description: 'The name of the operator. It never changes.',
    example: 'Night shift',
  })
  readonly name!: string;

  @ReasonField()
  readonly reason!: string;
}

export class ListOperatorKeysRequest {
  @IdField(OPERATOR_ID)
  readonly operatorId!: string;
}

export class IssueOperatorKeyRequest extends IssueKeyRequest {
  @IdField(OPERATOR_ID)
  readonly operatorId!: string;

  @ScopesField('operator')
  readonly scopes!: readonly string[];
}

export class RevokeOperatorKeyRequest {
  @IdField(OPERATOR_ID)
  readonly operatorId!: string;

  @KeyIdField()
  readonly keyId!: string;

  @ReasonField()
  readonly reason!: string;
}

@ApiSchema({ name: 'Operator', description: 'Somebody who runs Daybook.' })
export class OperatorResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'Id of the operator.' })
  readonly id!: string;

  @ApiProperty({ type: String, maxLength: NAME_LENGTH_MAX, description: 'Name of the operator.' })
  readonly name!: string;
}

@ApiSchema({ name: 'OperatorList' })
export class OperatorListResponse extends ListResponse {
  @ApiProperty({ type: [OperatorResponse], description: 'In the order of their names.' })
  readonly data!: readonly OperatorResponse[];
}
