import { SCHEMA_VERSIONS } from '@daybook/domain';
import { ChoicesField, PositionField } from '../edge/fields';
import type { EventResponse } from './events.dto';
import { isPublic } from './public-events';

/** The kinds of subjects of public events. */
const SUBJECT_KINDS = ['customer', 'purse', 'replenishment'] as const;
const TYPES = Object.keys(SCHEMA_VERSIONS).filter((type) => isPublic({ type } as never));

/** The request of a stream of events. */
export class TailRequest {
  @PositionField({ description: 'Only events after this position.' })
  readonly after?: string;

  @ChoicesField({ choices: SUBJECT_KINDS, description: 'Kinds of subjects.', optional: true })
  readonly subjectKinds?: readonly string[];

  @ChoicesField({ choices: TYPES, description: 'Types of events.', optional: true })
  readonly types?: readonly string[];
}

export class ReplayRequest extends TailRequest {
  @PositionField({ description: 'Only events up to this position.' })
  readonly until?: string;
}

/** Some events of a stream. */
export class EventStreamResponse {
  readonly data!: readonly EventResponse[];
  /** The event log was read up to here. Continue after this position. */
  readonly position!: string;
  /** Whether this is the end of the event log, or of the requested range. */
  readonly atEnd!: boolean;
}
