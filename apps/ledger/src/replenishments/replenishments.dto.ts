import type { ReplenishmentStatus } from '@daybook/domain';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ChoiceField, IdField, PatternField, TimeField } from '../edge/fields';
import { Money } from '../edge/money';
import { ListRequest, ListResponse, ReadRequest } from '../edge/paging';

interface StatePair {
  readonly transactionState: string;
  readonly complianceState: string;
}

/** The pair of states that the previous system showed for each status. */
export const STATE_PAIRS = {
  seen: { transactionState: 'MEM_POOL_FOUND', complianceState: 'UNCHECKED' },
  detected: { transactionState: 'MEM_POOL_FOUND', complianceState: 'UNCHECKED' },
  screening: { transactionState: 'PENDING_COMPLIANCE_CHECK', complianceState: 'IN_PROGRESS' },
  confirmed: { transactionState: 'CONFIRMED', complianceState: 'CHECKED' },
  declined: { transactionState: 'DECLINED', complianceState: 'DECLINE' },
  reverted: { transactionState: 'REVERTED', complianceState: 'UNCHECKED' },
  dropped: { transactionState: 'DROPPED', complianceState: 'UNCHECKED' },
  rejected: { transactionState: 'REJECTED', complianceState: 'UNCHECKED' },
} as const satisfies Record<ReplenishmentStatus, StatePair>;

type Pairs = (typeof STATE_PAIRS)[ReplenishmentStatus];
export type TransactionState = Pairs['transactionState'];
export type ComplianceState = Pairs['complianceState'];

const STATUSES = Object.keys(STATE_PAIRS) as readonly ReplenishmentStatus[];
const TRANSACTION_STATES = [
  ...new Set(STATUSES.map((status) => STATE_PAIRS[status].transactionState)),
];
const COMPLIANCE_STATES = [
  ...new Set(STATUSES.map((status) => STATE_PAIRS[status].complianceState)),
];

/** The statuses of a `status` or `transactionState`. */
export function statusesOf(word: string): readonly ReplenishmentStatus[] {
  return STATUSES.filter(
    (status) => status === word || STATE_PAIRS[status].transactionState === word,
  );
}

export class GetReplenishmentRequest extends ReadRequest {
  @IdField({ description: 'Id of the replenishment.' })
  readonly replenishmentId!: string;
}

export class ListReplenishmentsRequest extends ListRequest {
  @IdField({ description: 'Only those of this customer.', optional: true })
  readonly customerId?: string;

  @IdField({ description: 'Only those to this purse.', optional: true })
  readonly purseId?: string;

  @ChoiceField({
    choices: [...STATUSES, ...TRANSACTION_STATES],
    description: 'Only those with this `status` or `transactionState`.',
    optional: true,
  })
  readonly status?: string;

  @PatternField({
    pattern: /^[A-Za-z0-9_:/.-]+$/,
    max: 256,
    sentence: 'must be a CAIP-19 id or a currency code of GET /v1/assets, such as USDT_ETH.',
    description: 'Only those of this asset: its CAIP-19 id, or its currency code.',
    example: 'USDT_ETH',
    optional: true,
  })
  readonly asset?: string;

  @TimeField({
    description: 'Only those first recorded at or after this time.',
    example: '2026-01-01T00:00:00Z',
    optional: true,
  })
  readonly from?: string;

  @TimeField({
    description: 'Only those first recorded before this time.',
    example: '2026-02-01T00:00:00Z',
    optional: true,
  })
  readonly to?: string;
}

@ApiSchema({ name: 'Block', description: 'The block that includes the transfer.' })
export class BlockResponse {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'The height.', example: 21_000_000 })
  readonly number!: number;

  @ApiProperty({ type: String, maxLength: 128, description: 'Its hash.' })
  readonly hash!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'The time in its header.' })
  readonly time!: string;
}

@ApiSchema({ name: 'Replenishment', description: 'The record of a transfer to a purse.' })
export class ReplenishmentResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'Id of the replenishment.' })
  readonly id!: string;

  @ApiProperty({
    type: String,
    format: 'uuid',
    description: 'Id of the customer who owns the purse.',
  })
  readonly customerId!: string;

  @ApiProperty({ type: String, format: 'uuid', description: 'Id of the purse.' })
  readonly purseId!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: 128,
    description: 'Your own order id, from the purse.',
    example: null,
  })
  readonly outsideOrderId!: string | null;

  @ApiProperty({ enum: STATUSES, description: 'The status.', example: 'confirmed' })
  readonly status!: ReplenishmentStatus;

  @ApiProperty({
    enum: TRANSACTION_STATES,
    description: 'The first part of the status as a pair of states.',
  })
  readonly transactionState!: TransactionState;

  @ApiProperty({ enum: COMPLIANCE_STATES, description: 'The second part of that pair.' })
  readonly complianceState!: ComplianceState;

  @ApiProperty({
    type: Boolean,
    description: "Whether the coins were swept to the account's wallet.",
    example: false,
  })
  readonly translationToAccountCompleted!: boolean;

  @ApiProperty({ type: Money, description: 'The transferred amount.' })
  readonly money!: Money;

  @ApiProperty({ type: String, maxLength: 64, description: 'CAIP-2 id.', example: 'eip155:1' })
  readonly chain!: string;

  @ApiProperty({ type: String, maxLength: 128, description: 'Hash of the transaction.' })
  readonly txHash!: string;

  @ApiProperty({
    type: String,
    maxLength: 64,
    description: 'The transfer within its transaction: `<kind>:<number>`.',
    example: 'log:0',
  })
  readonly ordinal!: string;

  @ApiProperty({ type: String, maxLength: 128, description: 'Address of the sender.' })
  readonly from!: string;

  @ApiProperty({ type: String, maxLength: 128, description: 'Address of the purse.' })
  readonly to!: string;

  @ApiProperty({
    type: BlockResponse,
    nullable: true,
    description: 'Null while no block includes the transfer.',
  })
  readonly block!: BlockResponse | null;

  @ApiProperty({
    type: Boolean,
    description: 'Whether the customer was blocked, so that the account was credited instead.',
    example: false,
  })
  readonly blocked!: boolean;

  @ApiProperty({
    enum: ['customer', 'account', 'suspense'],
    nullable: true,
    description: 'Where it is booked; null while it is not.',
    example: 'customer',
  })
  readonly creditedTo!: 'customer' | 'account' | 'suspense' | null;

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: 64,
    description: 'Why it was rejected, or why the customer was not credited.',
    example: null,
  })
  readonly reason!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: 64,
    description: 'The finality policy that was applied.',
    example: 'depth:12',
  })
  readonly finality!: string | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it was first recorded.' })
  readonly createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it last changed.' })
  readonly updatedAt!: string;

  @ApiProperty({
    type: String,
    pattern: '^[0-9]+$',
    description: 'The position of its last event.',
    example: '42',
  })
  readonly position!: string;
}

@ApiSchema({ name: 'ReplenishmentList' })
export class ReplenishmentListResponse extends ListResponse {
  @ApiProperty({ type: [ReplenishmentResponse], description: 'From the newest to the oldest.' })
  readonly data!: readonly ReplenishmentResponse[];
}
