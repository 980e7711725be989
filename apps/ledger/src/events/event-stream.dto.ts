import { SCHEMA_VERSIONS } from '@daybook/domain';
import { ChoicesField, PositionField } from '../edge/fields';
import type { EventResponse } from './events.dto';
import { isPublic } from './public-fields';

/** What public events can be about. */
const SUBJECT_KINDS = ['customer', 'purse', 'replenishment'] as const;
const TYPES = Object.keys(SCHEMA_VERSIONS).filter((type) => isPublic({ type } as never));

/** What a stream of events may be asked for. */
export class TailRequest {
  @PositionField({ description: 'Only what happened after this position.' })
  readonly after?: string;

  @ChoicesField({ choices: SUBJECT_KINDS, description: 'Kinds of subjects.', optional: true })
  readonly subjectKinds?: readonly string[];

  @ChoicesField({ choices: TYPES, description: 'Types of events.', optional: true })
  readonly types?: readonly string[];
}

export class ReplayRequest extends TailRequest {
  @PositionField({ description: 'Only what happened up to this position.' })
  readonly until?: string;
}

/** Some events of a stream. */
export class EventStreamResponse {
  readonly data!: readonly EventResponse[];
  /** How far the log was looked through: go on after this. */
  readonly position!: string;
  /** Whether that was the end: of the log, or of what was asked for. */
  readonly atEnd!: boolean;
}
