import { SCHEMA_VERSIONS } from '@daybook/domain';
import { ChoicesField, PatternField } from '../edge/fields';
import { POSITION, POSITION_LENGTH_MAX } from '../edge/positions';
import type { EventResponse } from './events.dto';
import { isPublic } from './public-events';

/** What public events can be about. */
const SUBJECT_KINDS = ['customer', 'purse', 'replenishment'] as const;
const TYPES = Object.keys(SCHEMA_VERSIONS).filter((type) => isPublic({ type } as never));

const POSITION_FIELD = {
  pattern: POSITION,
  max: POSITION_LENGTH_MAX,
  sentence: 'is a position of the log, such as 42.',
  example: '42',
  optional: true,
} as const;

/** What a stream of events may be asked for. */
export class TailRequest {
  @PatternField({ ...POSITION_FIELD, description: 'Only what happened after this position.' })
  readonly after?: string;

  @ChoicesField({ choices: SUBJECT_KINDS, description: 'Kinds of subjects.', optional: true })
  readonly subjectKinds?: readonly string[];

  @ChoicesField({ choices: TYPES, description: 'Types of events.', optional: true })
  readonly types?: readonly string[];
}

export class ReplayRequest extends TailRequest {
  @PatternField({ ...POSITION_FIELD, description: 'Only what happened up to this position.' })
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
