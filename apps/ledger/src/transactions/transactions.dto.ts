import { ChainField, ReasonField, TransactionField } from '../edge/fields';

export class GetTransactionRequest {
  @ChainField({ optional: false })
  readonly chain!: string;

  @TransactionField()
  readonly hash!: string;
}

export class RescanTransactionRequest extends GetTransactionRequest {
  @ReasonField()
  readonly reason!: string;
}
