import { OVERLAP_SECONDS_MAX, PERSON_LENGTH_MAX } from '@daybook/domain';
import {
  ChoicesField,
  IntegerField,
  PatternField,
  ReasonField,
  TextField,
  TimeField,
} from './fields';
import { type CallerKind, scopeWords } from './scopes';

const NAME_LENGTH_MAX = 100;

/** The public part of a key. */
export function KeyIdField(): PropertyDecorator {
  return PatternField({
    pattern: /^[0-9A-Za-z]{8}$/,
    max: 8,
    sentence: 'must be a key id: the 8 letters and digits between the underscores of a key.',
  });
}

/** What a key may do: groups such as `read`, or scopes such as `purses:read`. */
export function ScopesField(kind: CallerKind): PropertyDecorator {
  return ChoicesField(scopeWords(kind));
}

/** The request for a new key, of an account or an operator. */
export abstract class IssueKeyRequest {
  @TextField({ max: NAME_LENGTH_MAX, optional: true })
  readonly name?: string;

  @TimeField({ optional: true })
  readonly expiresAt?: string;

  @ReasonField()
  readonly reason!: string;
}

/** The request for a new key of an account. */
export class IssueAccountKeyRequest extends IssueKeyRequest {
  @ScopesField('account')
  readonly scopes!: readonly string[];

  @TextField({ max: PERSON_LENGTH_MAX, optional: true })
  readonly person?: string;
}

/** The request to revoke a key. */
export class RevokeKeyRequest {
  @KeyIdField()
  readonly keyId!: string;

  @ReasonField()
  readonly reason!: string;
}

/** The request to replace a key of an account. */
export class RotateKeyRequest extends RevokeKeyRequest {
  @IntegerField({ min: 0, max: OVERLAP_SECONDS_MAX })
  readonly overlapSeconds!: number;

  @TimeField({ optional: true })
  readonly expiresAt?: string;
}
