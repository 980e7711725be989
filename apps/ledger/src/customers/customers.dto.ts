import type { json } from '@daybook/contracts';
import {
  type CustomerState,
  DESCRIPTION_LENGTH_MAX,
  EMAIL_LENGTH_MAX,
  EXTERNAL_ID,
  EXTERNAL_ID_LENGTH_MAX,
  type Metadata,
  NAME,
  NAME_LENGTH_MAX,
  PHONE,
  PHONE_LENGTH_MAX,
  REASON_LENGTH_MAX,
} from '@daybook/domain';
import {
  ChoiceField,
  IdField,
  MetadataField,
  PatternField,
  TextField,
  TimeField,
} from '../edge/fields';
import { ListRequest, ReadRequest } from '../edge/paging';

/** The words for a customer's status in answers. */
export const CUSTOMER_STATUS = { active: 'ACTIVE', blocked: 'BLOCKED', erased: 'ERASED' } as const;

export const EXTERNAL_ID_FIELD = {
  pattern: EXTERNAL_ID,
  max: EXTERNAL_ID_LENGTH_MAX,
  sentence: `must be 1 to ${EXTERNAL_ID_LENGTH_MAX} characters without control characters, such as user-42.`,
} as const;

/** White space around an address is taken away. */
const EMAIL_FIELD = {
  pattern: /^\s*[^\s@\p{Cc}\p{Cs}]+@[^\s@\p{Cc}\p{Cs}]+\s*$/u,
  max: EMAIL_LENGTH_MAX,
  sentence: `must be an e-mail address of up to ${EMAIL_LENGTH_MAX} characters, such as ann@example.com.`,
} as const;

const NAME_FIELD = {
  pattern: NAME,
  max: NAME_LENGTH_MAX,
  sentence: `must be 1 to ${NAME_LENGTH_MAX} characters without control characters.`,
} as const;

/** What may be said of a customer: an absent field stays as it is, null removes it. */
export class ProfileRequest {
  @PatternField({ ...EMAIL_FIELD, nullable: true, optional: true })
  readonly email?: string | null;

  @PatternField({ ...NAME_FIELD, nullable: true, optional: true })
  readonly firstName?: string | null;

  @PatternField({ ...NAME_FIELD, nullable: true, optional: true })
  readonly lastName?: string | null;

  @PatternField({
    pattern: PHONE,
    max: PHONE_LENGTH_MAX,
    sentence: `must be a telephone number of up to ${PHONE_LENGTH_MAX} characters, such as +41 79 123 45 67.`,
    nullable: true,
    optional: true,
  })
  readonly phone?: string | null;

  @TextField({ min: 0, max: DESCRIPTION_LENGTH_MAX, nullable: true, optional: true })
  readonly description?: string | null;

  @MetadataField({ nullable: true, optional: true })
  readonly metadata?: Metadata | null;
}

export class GetCustomerRequest extends ReadRequest {
  @IdField()
  readonly customerId!: string;
}

export class UpdateCustomerRequest extends ProfileRequest {
  @IdField()
  readonly customerId!: string;
}

/** The request of blocking and unblocking. */
export class BlockCustomerRequest {
  @IdField()
  readonly customerId!: string;

  @TextField({ max: REASON_LENGTH_MAX })
  readonly reason!: string;
}

export class EraseCustomerRequest {
  @IdField()
  readonly customerId!: string;

  @TextField({ max: REASON_LENGTH_MAX })
  readonly reason!: string;
}

export class ListCustomersRequest extends ListRequest {
  @PatternField({ ...EXTERNAL_ID_FIELD, optional: true })
  readonly externalId?: string;

  @PatternField({ ...EMAIL_FIELD, optional: true })
  readonly email?: string;

  @TimeField({ optional: true })
  readonly from?: string;

  @TimeField({ optional: true })
  readonly to?: string;

  @ChoiceField(Object.values(CUSTOMER_STATUS), { optional: true })
  readonly status?: json.Customer['status'];
}

export function toCustomer(
  id: string,
  customer: Exclude<CustomerState, { status: 'absent' }>,
): json.Customer {
  const { externalId, email, firstName, lastName, phone, description, metadata } = customer;
  const { status, createdAt } = customer;
  return {
    ...{ id, externalId, email, firstName, lastName, phone, description, metadata },
    ...{ status: CUSTOMER_STATUS[status], createdAt },
  };
}
