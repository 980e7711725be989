import { Query } from '@nestjs/cqrs';

/** What the read models hold of the replenishments of a purse. */
export interface PurseReplenishments {
  /** When the last receipt was confirmed that still stands; RFC 3339. */
  readonly lastReceiptAt: string | null;
  /** Replenishments that are seen, detected or being screened. */
  readonly open: number;
}

/** Asks how a purse is used. Purses come before replenishments, so that feature answers it. */
export class GetPurseReplenishments extends Query<PurseReplenishments> {
  constructor(readonly purse: { readonly id: string; readonly customerId: string }) {
    super();
  }
}
