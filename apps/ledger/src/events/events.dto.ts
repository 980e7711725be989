import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { PositionField } from '../edge/fields';
import { LimitField, ReadRequest } from '../edge/paging';

export class ListEventsRequest extends ReadRequest {
  @PositionField({
    description: 'Only events after this position; all events by default.',
  })
  readonly after?: string;

  @LimitField()
  readonly limit?: string;
}

@ApiSchema({ name: 'Event', description: 'Something that happened.' })
export class EventResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'The same id on every channel.' })
  readonly id!: string;

  @ApiProperty({
    type: String,
    maxLength: 64,
    description: 'What happened.',
    example: 'ReplenishmentConfirmed',
  })
  readonly type!: string;

  @ApiProperty({
    type: String,
    pattern: '^[0-9]+$',
    description: 'Its place in the event log. Events of other accounts may lie between yours.',
    example: '42',
  })
  readonly position!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it was recorded.' })
  readonly recordedAt!: string;

  @ApiProperty({
    type: String,
    maxLength: 64,
    description: 'What the event is about.',
    example: 'customer/0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52',
  })
  readonly subject!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'The content of the event; its fields depend on the type.',
  })
  readonly data!: Readonly<Record<string, unknown>>;
}

@ApiSchema({ name: 'EventList' })
export class EventListResponse {
  @ApiProperty({ type: [EventResponse], description: 'In the order of the log, complete.' })
  readonly data!: readonly EventResponse[];

  @ApiProperty({
    type: String,
    nullable: true,
    pattern: '^[0-9]+$',
    description:
      'Pass it as `after` for the next page. Null at the end of the log: continue later after the last event you have. A page with a cursor may be empty.',
    example: null,
  })
  readonly nextCursor!: string | null;
}
