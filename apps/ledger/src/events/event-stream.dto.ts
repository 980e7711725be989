import { SCHEMA_VERSIONS } from '@daybook/domain';
import { ChoicesField, LogField, PositionField } from '../edge/fields';
import { isPublicType } from './public-events';

/** The kinds of subjects of public events. */
const SUBJECT_KINDS = ['customer', 'purse', 'replenishment'] as const;
const TYPES = Object.keys(SCHEMA_VERSIONS).filter((type) => isPublicType(type as never));

export class TailRequest {
  @PositionField()
  readonly after?: string;

  @ChoicesField(SUBJECT_KINDS, { optional: true })
  readonly subjectKinds?: readonly string[];

  @ChoicesField(TYPES, { optional: true })
  readonly types?: readonly string[];

  @LogField()
  readonly log?: string;
}

export class ReplayRequest extends TailRequest {
  @PositionField()
  readonly until?: string;
}
