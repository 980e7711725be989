import type { json } from '@daybook/contracts';
import { PositionField } from '../edge/fields';
import { LimitField, ReadRequest } from '../edge/paging';

/** An event as clients see it. */
export type EventResponse = json.Event;

export class ListEventsRequest extends ReadRequest {
  @PositionField()
  readonly after?: string;

  @LimitField()
  readonly limit?: string;
}
