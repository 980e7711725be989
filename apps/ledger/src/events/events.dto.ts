import { LogField, PositionField } from '../edge/fields';
import { LimitField, ReadRequest } from '../edge/paging';

export class ListEventsRequest extends ReadRequest {
  @PositionField()
  readonly after?: string;

  @LimitField()
  readonly limit?: string;

  @LogField()
  readonly log?: string;
}
