import type { CustomerState } from '@daybook/domain';

/** A customer as clients see it, before an edge gives it its form. */
export interface Customer {
  readonly id: string;
  readonly externalId: string;
  readonly description: string | null;
  readonly status: 'ACTIVE' | 'BLOCKED';
  readonly createdAt: string;
}

export const CUSTOMER_STATUS = { active: 'ACTIVE', blocked: 'BLOCKED' } as const;

export function customerResource(
  id: string,
  state: Exclude<CustomerState, { status: 'absent' }>,
): Customer {
  const { externalId, description, createdAt } = state;
  return { id, externalId, description, status: CUSTOMER_STATUS[state.status], createdAt };
}
