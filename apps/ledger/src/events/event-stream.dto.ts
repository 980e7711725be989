import { SCHEMA_VERSIONS } from '@daybook/domain';
import { ChoicesField, PatternField } from '../edge/fields';
import { POSITION, POSITION_LENGTH_MAX, POSITION_SENTENCE } from '../edge/positions';
import { isPublic } from './public-events';

/** What public events can be about. */
const SUBJECT_KINDS = ['customer', 'purse', 'replenishment'] as const;
const TYPES = Object.keys(SCHEMA_VERSIONS).filter((type) => isPublic({ type } as never));

const POSITION_FIELD = {
  pattern: POSITION,
  max: POSITION_LENGTH_MAX,
  sentence: POSITION_SENTENCE,
  example: '42',
  optional: true,
} as const;

/** What a stream of events may be asked for. */
export class EventStreamQuery {
  @PatternField({ ...POSITION_FIELD, description: 'Only what happened after this position.' })
  readonly after?: string;

  @PatternField({ ...POSITION_FIELD, description: 'Only what happened up to this position.' })
  readonly until?: string;

  @ChoicesField({ choices: SUBJECT_KINDS, description: 'Kinds of subjects.', optional: true })
  readonly subjectKinds?: readonly string[];

  @ChoicesField({ choices: TYPES, description: 'Types of events.', optional: true })
  readonly types?: readonly string[];
}
