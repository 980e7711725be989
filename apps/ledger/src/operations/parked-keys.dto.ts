import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ReasonField, TextField } from '../edge/fields';
import { ListResponse } from '../edge/paging';

const NAME_LENGTH_MAX = 249;
/** Longer than any chain and address. */
const KEY_LENGTH_MAX = 1_000;

const TOPIC = { description: 'The topic.', example: 'daybook.transfer.v1' } as const;
const GROUP = { description: 'The consumer group.', example: 'ledger' } as const;
const KEY = {
  description: 'The key.',
  example: 'eip155:1/0x8617e340b3d01fa5f11f306f4090fd50e238070d',
} as const;

export class NoRequest {}

export class RetryParkedKeyRequest {
  @TextField({ ...TOPIC, max: NAME_LENGTH_MAX })
  readonly topic!: string;

  @TextField({ ...GROUP, max: NAME_LENGTH_MAX })
  readonly group!: string;

  @TextField({ ...KEY, max: KEY_LENGTH_MAX })
  readonly key!: string;

  @ReasonField()
  readonly reason!: string;
}

@ApiSchema({ name: 'ParkedKeyRetry', description: 'A parked key that is tried again.' })
export class ParkedKeyRetryResponse {
  @ApiProperty({ ...TOPIC, type: String })
  readonly topic!: string;

  @ApiProperty({ ...GROUP, type: String })
  readonly group!: string;

  @ApiProperty({ ...KEY, type: String })
  readonly key!: string;
}

@ApiSchema({
  name: 'ParkedKey',
  description: 'A key whose messages wait, because one of them cannot be handled as it is.',
})
export class ParkedKeyResponse extends ParkedKeyRetryResponse {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'How many messages wait.' })
  readonly messages!: number;

  @ApiProperty({ type: String, format: 'date-time', description: 'Since when.' })
  readonly since!: string;

  @ApiProperty({ type: String, description: 'Why the first of them could not be handled.' })
  readonly reason!: string;
}

@ApiSchema({ name: 'ParkedKeyList' })
export class ParkedKeyListResponse extends ListResponse {
  @ApiProperty({ type: [ParkedKeyResponse], description: 'By topic and group, longest first.' })
  readonly data!: readonly ParkedKeyResponse[];
}
