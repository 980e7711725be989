import { REASON_LENGTH_MAX } from '@daybook/domain';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ChoicesField, PatternField, ReasonField, TextField, TimeField } from './fields';
import { ListResponse } from './paging';
import { type CallerKind, scopeWords } from './scopes';

const NAME_LENGTH_MAX = 100;
const KEY_STATUSES = ['active', 'expired', 'revoked'] as const;

/** The public part of a key. */
export function KeyIdField(): PropertyDecorator {
  return PatternField({
    pattern: /^[0-9A-Za-z]{8}$/,
    max: 8,
    sentence: 'must be a key id: the 8 letters and digits between the underscores of a key.',
    description: 'The part of the key between the underscores.',
    example: '3f9k2m1x',
  });
}

/** What a key may do: groups such as `read`, or scopes such as `purses:read`. */
export function ScopesField(kind: CallerKind): PropertyDecorator {
  return ChoicesField({
    choices: scopeWords(kind),
    description: 'What the key may do. `read` and `write` include every scope with that ending.',
    example: ['read', 'write'],
  });
}

/** The request for a new key, of an account or an operator. */
export abstract class IssueKeyRequest {
  @TextField({
    max: NAME_LENGTH_MAX,
    description: 'What its owner calls it.',
    example: 'reports',
    optional: true,
  })
  readonly name?: string;

  @TimeField({
    description: 'The key is not valid from this time on. Without it, the key does not expire.',
    example: '2030-01-01T00:00:00Z',
    optional: true,
  })
  readonly expiresAt?: string;

  @ReasonField()
  readonly reason!: string;
}

@ApiSchema({ name: 'ApiKey', description: 'A key that was issued; the key itself is not kept.' })
export class ApiKeyResponse {
  @ApiProperty({ type: String, maxLength: 8, description: 'The public part of the key.' })
  readonly keyId!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: NAME_LENGTH_MAX,
    description: 'What its owner calls it.',
  })
  readonly name!: string | null;

  @ApiProperty({ type: [String], description: 'What it may do.', example: ['read', 'write'] })
  readonly scopes!: readonly string[];

  @ApiProperty({ enum: KEY_STATUSES, description: 'Whether it is valid, and why not.' })
  readonly status!: (typeof KEY_STATUSES)[number];

  @ApiProperty({ type: String, format: 'date-time', description: 'When it was issued.' })
  readonly issuedAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'It is not valid from this time on; null if it does not expire.',
  })
  readonly expiresAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it was revoked; null when it was not.',
  })
  readonly revokedAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: REASON_LENGTH_MAX,
    description: 'Why it was revoked.',
  })
  readonly reason!: string | null;
}

@ApiSchema({ name: 'IssuedApiKey', description: 'A key that was issued, with the key itself.' })
export class IssuedApiKeyResponse extends ApiKeyResponse {
  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: 80,
    description:
      'The whole key. It is shown only once, because only its hash is kept; null if the request is a repeat.',
  })
  readonly key!: string | null;
}

@ApiSchema({ name: 'ApiKeyList' })
export class ApiKeyListResponse extends ListResponse {
  @ApiProperty({ type: [ApiKeyResponse], description: 'In the order of issue, revoked ones too.' })
  readonly data!: readonly ApiKeyResponse[];
}
