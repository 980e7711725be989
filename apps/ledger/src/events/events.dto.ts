import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { PatternField } from '../edge/fields';
import { LimitField, ReadQuery } from '../edge/paging';
import { POSITION, POSITION_LENGTH_MAX, POSITION_SENTENCE } from '../edge/positions';
import type { PublicEvent } from './public-events';

export class EventsQuery extends ReadQuery {
  @PatternField({
    pattern: POSITION,
    max: POSITION_LENGTH_MAX,
    sentence: POSITION_SENTENCE,
    description: 'Only what happened after this position; everything when left out.',
    example: '42',
    optional: true,
  })
  readonly after?: string;

  @LimitField()
  readonly limit?: string;
}

@ApiSchema({ name: 'Event', description: 'Something that happened.' })
export class EventWire {
  @ApiProperty({ type: String, format: 'uuid', description: 'The same wherever it is told.' })
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
    description: 'Its place in the log. Others have places between yours.',
    example: '42',
  })
  readonly position!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it was recorded.' })
  readonly recordedAt!: string;

  @ApiProperty({
    type: String,
    maxLength: 64,
    description: 'What it happened to.',
    example: 'customer/0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52',
  })
  readonly subject!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'The fact itself; its shape belongs to the type.',
  })
  readonly data!: PublicEvent['data'];
}

@ApiSchema({ name: 'EventList' })
export class EventList {
  @ApiProperty({ type: [EventWire], description: 'In the order of the log, complete.' })
  readonly data!: readonly EventWire[];

  @ApiProperty({
    type: String,
    nullable: true,
    pattern: '^[0-9]+$',
    description:
      'Pass it as `after` for what follows. Null at the end of the log: go on later after the last event you have. A page with a cursor may be empty.',
    example: null,
  })
  readonly nextCursor!: string | null;
}

export function toEvent({ position, ...event }: PublicEvent): EventWire {
  return { ...event, position: position.toString() };
}
