import type { json } from '@daybook/contracts';
import {
  type CustomerState,
  DESCRIPTION_LENGTH_MAX,
  EXTERNAL_ID,
  REASON_LENGTH_MAX,
} from '@daybook/domain';
import { ChoiceField, IdField, PatternField, TextField } from '../edge/fields';
import { ListRequest, ReadRequest } from '../edge/paging';

/** The words for a customer's status in answers. */
export const CUSTOMER_STATUS = { active: 'ACTIVE', blocked: 'BLOCKED' } as const;

export const EXTERNAL_ID_FIELD = {
  pattern: EXTERNAL_ID,
  max: 128,
  sentence: 'must be 1 to 128 visible ASCII characters without spaces, such as user-42.',
} as const;

export class GetCustomerRequest extends ReadRequest {
  @IdField()
  readonly customerId!: string;
}

export class UpdateCustomerRequest {
  @IdField()
  readonly customerId!: string;

  @TextField({ min: 0, max: DESCRIPTION_LENGTH_MAX, nullable: true })
  readonly description!: string | null;
}

/** The request of blocking and unblocking. */
export class BlockCustomerRequest {
  @IdField()
  readonly customerId!: string;

  @TextField({ max: REASON_LENGTH_MAX })
  readonly reason!: string;
}

export class ListCustomersRequest extends ListRequest {
  @PatternField({ ...EXTERNAL_ID_FIELD, optional: true })
  readonly externalId?: string;

  @ChoiceField(Object.values(CUSTOMER_STATUS), { optional: true })
  readonly status?: json.Customer['status'];
}

export function toCustomer(
  id: string,
  customer: Exclude<CustomerState, { status: 'absent' }>,
): json.Customer {
  const { externalId, description, status, createdAt } = customer;
  return { id, externalId, description, status: CUSTOMER_STATUS[status], createdAt };
}
