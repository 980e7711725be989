import {
  DESCRIPTION_LENGTH_MAX,
  EXTERNAL_ID,
  FAMILIES,
  type Family,
  REASON_LENGTH_MAX,
} from '@daybook/domain';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { WatchOf } from '../chains/watches';
import { ChoiceField, ChoicesField, PatternField, TextField } from '../edge/fields';
import { ListAnswer, PageQuery } from '../edge/paging';
import type { Answer } from '../edge/request-context';
import type { Customer, Purse } from '../edge/resources';
import { PurseWire, toPurse } from '../purses/purses.dto';
import { latest } from '../rest/answer';

const CUSTOMER_STATUSES = ['ACTIVE', 'BLOCKED'] as const;
const EXTERNAL_ID_FIELD = {
  pattern: EXTERNAL_ID,
  max: 128,
  sentence: 'must be 1 to 128 visible ASCII characters without spaces, such as user-42.',
  example: 'user-42',
} as const;

export class CreateCustomerBody {
  @PatternField({ ...EXTERNAL_ID_FIELD, description: 'Your own id of the customer.' })
  readonly externalId!: string;

  @TextField({
    min: 0,
    max: DESCRIPTION_LENGTH_MAX,
    nullable: true,
    optional: true,
    description: 'Anything that helps you; only for a customer who does not exist yet.',
    example: 'Came from the spring campaign',
  })
  readonly description?: string | null;

  @ChoicesField({
    choices: FAMILIES,
    optional: true,
    description: 'The families to mint purses of in the same call.',
    example: ['evm'],
  })
  readonly families?: readonly Family[];
}

export class UpdateCustomerBody {
  @TextField({
    min: 0,
    max: DESCRIPTION_LENGTH_MAX,
    nullable: true,
    description: 'The new description; null for none.',
    example: 'Moved to the premium plan',
  })
  readonly description!: string | null;
}

export class ReasonBody {
  @TextField({
    max: REASON_LENGTH_MAX,
    description: 'Why; it is kept as evidence.',
    example: 'Requested by support, case 1234',
  })
  readonly reason!: string;
}

export class CustomersQuery extends PageQuery {
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
  readonly status?: Customer['status'];
}

@ApiSchema({ name: 'Customer', description: "An account's end user." })
export class CustomerWire implements Customer {
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
    description: 'Anything that helps you.',
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
  readonly status!: Customer['status'];

  @ApiProperty({ type: String, format: 'date-time', description: 'When it was created.' })
  readonly createdAt!: string;
}

@ApiSchema({ name: 'CustomerAnswer', description: 'The customer, as the command left it.' })
export class CustomerAnswerWire extends CustomerWire {
  @ApiProperty({
    type: String,
    description: 'Where in the log that is. Pass it as `minPosition` to read your write.',
    pattern: '^[0-9]+$',
    example: '42',
  })
  readonly position!: string;
}

@ApiSchema({
  name: 'CreatedCustomerAnswer',
  description: 'The customer, with the purses of the families that were asked for.',
})
export class CreatedCustomerWire extends CustomerAnswerWire {
  @ApiProperty({ type: [PurseWire], description: 'In the order of the families asked for.' })
  readonly purses!: readonly PurseWire[];
}

@ApiSchema({ name: 'CustomerList' })
export class CustomerList extends ListAnswer {
  @ApiProperty({ type: [CustomerWire], description: 'From the newest to the oldest.' })
  readonly data!: readonly CustomerWire[];
}

export function toCustomerAnswer({ resource, position }: Answer<Customer>): CustomerAnswerWire {
  return { ...resource, position: position.toString() };
}

export function toCreatedCustomer(
  created: Answer<Customer>,
  minted: readonly Answer<Purse>[],
  watchOf: WatchOf,
): CreatedCustomerWire {
  const position = latest([created, ...minted].map((answer) => answer.position));
  const purses = minted.map(({ resource }) => toPurse(resource, watchOf));
  return { ...created.resource, purses, position: position.toString() };
}
