import {
  type CustomerState,
  DESCRIPTION_LENGTH_MAX,
  EXTERNAL_ID,
  REASON_LENGTH_MAX,
} from '@daybook/domain';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ChoiceField, IdField, PatternField, TextField } from '../edge/fields';
import { ListRequest, ListResponse, ReadRequest } from '../edge/paging';

/** The words for a customer's status in answers. */
export const CUSTOMER_STATUS = { active: 'ACTIVE', blocked: 'BLOCKED' } as const;
const CUSTOMER_STATUSES = Object.values(CUSTOMER_STATUS);
export const EXTERNAL_ID_FIELD = {
  pattern: EXTERNAL_ID,
  max: 128,
  sentence: 'must be 1 to 128 visible ASCII characters without spaces, such as user-42.',
  example: 'user-42',
} as const;

const CUSTOMER_ID = { description: 'Id of the customer.' } as const;

export class GetCustomerRequest extends ReadRequest {
  @IdField(CUSTOMER_ID)
  readonly customerId!: string;
}

export class UpdateCustomerRequest {
  @IdField(CUSTOMER_ID)
  readonly customerId!: string;

  @TextField({
    min: 0,
    max: DESCRIPTION_LENGTH_MAX,
    nullable: true,
    description: 'The new description; null for none.',
    example: 'Moved to the premium plan',
  })
  readonly description!: string | null;
}

/** The request of blocking and unblocking. */
export class BlockCustomerRequest {
  @IdField(CUSTOMER_ID)
  readonly customerId!: string;

  @TextField({
    max: REASON_LENGTH_MAX,
    description: 'The reason; it is kept as evidence.',
    example: 'Requested by support, case 1234',
  })
  readonly reason!: string;
}

export class ListCustomersRequest extends ListRequest {
  @PatternField({
    ...EXTERNAL_ID_FIELD,
    description: 'Only the customer with this external id.',
    optional: true,
  })
  readonly externalId?: string;

  @ChoiceField({
    choices: CUSTOMER_STATUSES,
    description: 'Only customers with this status.',
    optional: true,
  })
  readonly status?: CustomerResponse['status'];
}

@ApiSchema({ name: 'Customer', description: "An account's end user." })
export class CustomerResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'Id of the customer.' })
  readonly id!: string;

  @ApiProperty({
    type: String,
    description: 'Your own id of the customer.',
    maxLength: 128,
    example: 'user-42',
  })
  readonly externalId!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Free text for your own use.',
    maxLength: DESCRIPTION_LENGTH_MAX,
    example: null,
  })
  readonly description!: string | null;

  @ApiProperty({
    enum: CUSTOMER_STATUSES,
    description:
      'What a BLOCKED customer receives is credited to the account; the addresses stay active.',
    example: 'ACTIVE',
  })
  readonly status!: 'ACTIVE' | 'BLOCKED';

  @ApiProperty({ type: String, format: 'date-time', description: 'When it was created.' })
  readonly createdAt!: string;
}

@ApiSchema({ name: 'CustomerList' })
export class CustomerListResponse extends ListResponse {
  @ApiProperty({ type: [CustomerResponse], description: 'From the newest to the oldest.' })
  readonly data!: readonly CustomerResponse[];
}

export function toCustomer(
  id: string,
  customer: Exclude<CustomerState, { status: 'absent' }>,
): CustomerResponse {
  const { externalId, description, status, createdAt } = customer;
  return { id, externalId, description, status: CUSTOMER_STATUS[status], createdAt };
}
