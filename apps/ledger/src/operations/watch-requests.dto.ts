import { WATCH_REQUEST_KINDS, type WatchRequestKind } from '@daybook/domain';
import {
  ChainField,
  ChoiceField,
  IdField,
  PatternField,
  ReasonField,
  TransactionField,
} from '../edge/fields';
import { ListRequest, ReadRequest } from '../edge/paging';

/** A number of blocks, or of one block, below 10^15. */
function BlockField(): PropertyDecorator {
  return PatternField({
    pattern: /^(0|[1-9][0-9]{0,14})$/,
    max: 15,
    sentence: 'must be a whole number from 0 to 999999999999999, such as 19000000.',
    optional: true,
  });
}

export class RequestWatchRequest {
  @ChainField()
  readonly chain?: string;

  @ChoiceField(WATCH_REQUEST_KINDS)
  readonly kind!: WatchRequestKind;

  @BlockField()
  readonly fromBlock?: string;

  @BlockField()
  readonly toBlock?: string;

  @TransactionField({ optional: true })
  readonly transaction?: string;

  @BlockField()
  readonly blocksMax?: string;

  @ReasonField()
  readonly reason!: string;
}

export class ListWatchRequestsRequest extends ListRequest {
  @ChainField()
  readonly chain?: string;
}

export class GetWatchRequestRequest extends ReadRequest {
  @IdField()
  readonly watchRequestId!: string;
}

export class CancelWatchRequestRequest {
  @IdField()
  readonly watchRequestId!: string;

  @ReasonField()
  readonly reason!: string;
}
