import { REASON_LENGTH_MAX, WATCH_REQUEST_KINDS, type WatchRequestKind } from '@daybook/domain';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ChoiceField, IdField, PatternField, ReasonField } from '../edge/fields';
import { ListRequest, ListResponse, ReadRequest } from '../edge/paging';

const STATES = ['waiting', 'running', 'done', 'refused', 'cancelled'] as const;
const CHAIN_LENGTH_MAX = 41;

function ChainField(description: string): PropertyDecorator {
  return PatternField({
    pattern: /^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/,
    max: CHAIN_LENGTH_MAX,
    sentence: 'must be a CAIP-2 id, such as eip155:1.',
    description,
    example: 'eip155:1',
    optional: true,
  });
}

/** A number of blocks, or of one block, below 10^15. */
function BlockField(description: string, example: string): PropertyDecorator {
  return PatternField({
    pattern: /^(0|[1-9][0-9]{0,14})$/,
    max: 15,
    sentence: 'must be a whole number from 0 to 999999999999999, such as 19000000.',
    description,
    example,
    optional: true,
  });
}

function RequestIdField(): PropertyDecorator {
  return IdField({ description: 'Id of the watch request.' });
}

export class RequestWatchRequest {
  @ChainField('The chain; may be left out where only one is watched.')
  readonly chain?: string;

  @ChoiceField({
    choices: WATCH_REQUEST_KINDS,
    description:
      "`rescan` matches blocks again. `reset-ring` takes over the node's chain after a reorg deeper than the watcher remembers.",
    example: 'rescan',
  })
  readonly kind!: WatchRequestKind;

  @BlockField('The first block. A reset may leave it to the watcher.', '19000000')
  readonly fromBlock?: string;

  @BlockField('The last block of a rescan; the last that was matched when left out.', '19000500')
  readonly toBlock?: string;

  @BlockField('How many blocks may be matched at most; 10000 when left out.', '10000')
  readonly blocksMax?: string;

  @ReasonField()
  readonly reason!: string;
}

export class ListWatchRequestsRequest extends ListRequest {
  @ChainField('Only requests for this chain.')
  readonly chain?: string;
}

export class GetWatchRequestRequest extends ReadRequest {
  @RequestIdField()
  readonly watchRequestId!: string;
}

export class CancelWatchRequestRequest {
  @RequestIdField()
  readonly watchRequestId!: string;

  @ReasonField()
  readonly reason!: string;
}

@ApiSchema({
  name: 'WatchRequest',
  description: 'What an operator requested of the watcher of a chain, and how far the watcher is.',
})
export class WatchRequestResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'Id of the request.' })
  readonly id!: string;

  @ApiProperty({
    type: String,
    maxLength: CHAIN_LENGTH_MAX,
    description: 'CAIP-2 id of the chain.',
  })
  readonly chain!: string;

  @ApiProperty({ enum: WATCH_REQUEST_KINDS, description: 'What was requested.' })
  readonly kind!: WatchRequestKind;

  @ApiProperty({
    enum: STATES,
    description:
      'A request waits until a watcher begins with it. One that is cancelled too late becomes `done`.',
  })
  readonly state!: (typeof STATES)[number];

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'The first block; null until the watcher has found it.',
  })
  readonly fromBlock!: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'The last block; null until the watcher has found it.',
  })
  readonly toBlock!: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Null while it is not known.' })
  readonly blocksLeft!: number | null;

  @ApiProperty({
    type: Number,
    description: 'Transfers to our addresses in the blocks that were matched so far.',
  })
  readonly found!: number;

  @ApiProperty({
    type: Number,
    description: 'New versions of transfers that it led to: found, or taken back by a reset.',
  })
  readonly versions!: number;

  @ApiProperty({ type: String, nullable: true, description: 'Why the watcher refused it.' })
  readonly refusal!: string | null;

  @ApiProperty({
    type: String,
    maxLength: REASON_LENGTH_MAX,
    description: 'Why it was requested.',
  })
  readonly reason!: string;

  @ApiProperty({ type: String, description: 'The operator who requested it.' })
  readonly requestedBy!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it was requested.' })
  readonly requestedAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it ended; null while it is open.',
  })
  readonly endedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When its watcher last reported on it; null while no watcher has taken it.',
  })
  readonly reportedAt!: string | null;
}

@ApiSchema({ name: 'WatchRequestList' })
export class WatchRequestListResponse extends ListResponse {
  @ApiProperty({ type: [WatchRequestResponse], description: 'Newest first.' })
  readonly data!: readonly WatchRequestResponse[];
}
