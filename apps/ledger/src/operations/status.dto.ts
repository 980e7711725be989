import type { ChainHeadV1 } from '@daybook/contracts';
import { ApiProperty, type ApiPropertyOptions, ApiSchema } from '@nestjs/swagger';

export const STATUS_STATES = ['ok', 'standing-still', 'unreachable'] as const;
export const ENGINE_KINDS = ['postgresql', 'eventstoredb', 'kafka'] as const;
const CHAIN_STATES = ['catching-up', 'following', 'stalled'] as const;

// The properties of these classes, by their type; `null` is said in the description.

function Text(description: string, options: ApiPropertyOptions = {}): PropertyDecorator {
  return ApiProperty({ type: String, description, ...options } as ApiPropertyOptions);
}

function MaybeText(description: string): PropertyDecorator {
  return Text(description, { nullable: true });
}

function Time(description: string, options: ApiPropertyOptions = {}): PropertyDecorator {
  return Text(description, { format: 'date-time', ...options } as ApiPropertyOptions);
}

/** A position, height or number of messages: it may be larger than a JSON number can be. */
function Large(description: string, options: ApiPropertyOptions = {}): PropertyDecorator {
  const large = { pattern: '^[0-9]+$', example: '42', ...options };
  return Text(description, large as ApiPropertyOptions);
}

function Count(description: string, options: ApiPropertyOptions = {}): PropertyDecorator {
  const count = { type: 'integer', minimum: 0, description, ...options };
  return ApiProperty(count as ApiPropertyOptions);
}

function Flag(description: string): PropertyDecorator {
  return ApiProperty({ type: Boolean, description });
}

@ApiSchema({ name: 'Versions' })
export class VersionsResponse {
  @Text('Of Daybook.')
  readonly daybook!: string;

  @Text('Of Node.js.')
  readonly node!: string;

  @MaybeText('Of PostgreSQL; null when it does not answer.')
  readonly postgresql!: string | null;

  @MaybeText('The last migration that ran; null when PostgreSQL does not answer.')
  readonly tables!: string | null;
}

@ApiSchema({ name: 'Engine' })
export class EngineResponse {
  @ApiProperty({ enum: ENGINE_KINDS, description: 'Which software it is.' })
  readonly kind!: (typeof ENGINE_KINDS)[number];

  @Flag('Whether it answers.')
  readonly answers!: boolean;

  @MaybeText('Why it does not answer.')
  readonly detail!: string | null;
}

@ApiSchema({ name: 'EventLogEngine' })
export class EventLogEngineResponse extends EngineResponse {
  @Large('The position of the last event; null when it does not answer.', { nullable: true })
  readonly head!: string | null;
}

@ApiSchema({ name: 'Engines' })
export class EnginesResponse {
  @ApiProperty({ type: EngineResponse, description: 'The read models.' })
  readonly database!: EngineResponse;

  @ApiProperty({ type: EventLogEngineResponse, description: 'The log of events.' })
  readonly eventLog!: EventLogEngineResponse;

  @ApiProperty({ type: EngineResponse, description: 'The log between ledger and watchers.' })
  readonly durableLog!: EngineResponse;
}

@ApiSchema({ name: 'FollowerState' })
export class FollowerResponse {
  @Text('Its name.')
  readonly name!: string;

  @Large('Everything up to here is handled.')
  readonly position!: string;

  @Large('How far it is behind: events on PostgreSQL, bytes of the log on EventStoreDB.')
  readonly lag!: string;

  @Count('0 while nothing waits.')
  readonly secondsSinceProgress!: number;

  @Flag('Whether it makes no progress though something waits.')
  readonly standsStill!: boolean;

  @MaybeText('Why, when the follower runs in the process that answers.')
  readonly detail!: string | null;
}

@ApiSchema({ name: 'ConsumerState' })
export class ConsumerResponse {
  @Text('The topic.')
  readonly topic!: string;

  @Text('The group.')
  readonly group!: string;

  @Large('Messages that wait; null where only another process knows.', { nullable: true })
  readonly lag!: string | null;

  @Count('Keys that wait until an operator asks to retry them.')
  readonly parkedKeys!: number;

  @Count('0 while nothing waits; null where only another process knows.', { nullable: true })
  readonly secondsSinceProgress!: number | null;

  @Flag('Whether it makes no progress though something waits.')
  readonly standsStill!: boolean;

  @MaybeText('Why, when the consumer runs in the process that answers.')
  readonly detail!: string | null;
}

@ApiSchema({ name: 'WatchedChain' })
export class WatchedChainResponse {
  @Text('CAIP-2 id.', { example: 'eip155:1' })
  readonly chain!: string;

  @Large('The highest block that the node shows.')
  readonly latest!: string;

  @Large('Everything up to this block was looked at.')
  readonly matched!: string;

  @Large('The highest block that can no longer be replaced; null while not known.', {
    nullable: true,
  })
  readonly finalized!: string | null;

  @Large('Every address minted up to this position is watched; null while not known.', {
    nullable: true,
  })
  readonly addressesThrough!: string | null;

  @ApiProperty({ enum: CHAIN_STATES, description: 'How its watcher is doing.' })
  readonly state!: ChainHeadV1['state'];

  @MaybeText('Why the state is what it is.')
  readonly detail!: string | null;

  @Count('How long ago the watcher reported.')
  readonly secondsSinceReport!: number;

  @Flag('Whether it is stalled, or no longer reports.')
  readonly standsStill!: boolean;
}

@ApiSchema({ name: 'ReactionNote' })
export class ReactionNoteResponse {
  @Text('The error or the reason.')
  readonly note!: string;

  @Flag('Whether it is an error.')
  readonly isError!: boolean;

  @Count('How many it concerns.')
  readonly rows!: number;
}

@ApiSchema({ name: 'ReactionState' })
export class ReactionResponse {
  @Text('Its name.')
  readonly name!: string;

  @Time('When this installation began with it.')
  readonly firstStartedAt!: string;

  @Time('When the next thing is due; null when nothing is.', { nullable: true })
  readonly nextDueAt!: string | null;

  @Count('How many are due now.')
  readonly overdue!: number;

  @ApiProperty({
    type: [ReactionNoteResponse],
    description: 'What some of them failed at or wait for, the most frequent first.',
  })
  readonly notes!: readonly ReactionNoteResponse[];
}

@ApiSchema({ name: 'Reactions' })
export class ReactionsResponse {
  @ApiProperty({
    type: 'integer',
    description:
      'How far the clock of the database is ahead of that of the process that answers, in milliseconds.',
  })
  readonly clockDifferenceMs!: number;

  @Flag('While the clocks do not agree, nothing that depends on time is done.')
  readonly clocksAgree!: boolean;

  @ApiProperty({ type: [ReactionResponse], description: 'The reactions.' })
  readonly states!: readonly ReactionResponse[];
}

@ApiSchema({ name: 'Violation' })
export class ViolationResponse {
  @Text('The rule.')
  readonly invariant!: string;

  @Text('The row.')
  readonly subject!: string;

  @Text('What is wrong with it.')
  readonly detail!: string;
}

@ApiSchema({ name: 'BooksCheck' })
export class BooksCheckResponse {
  @Large('Every line up to here was checked; null when another process checks the books.', {
    nullable: true,
  })
  readonly checkedPosition!: string | null;

  @Count('How many rules are broken now.')
  readonly violationCount!: number;

  @ApiProperty({ type: [ViolationResponse], description: 'The first of them.' })
  readonly violations!: readonly ViolationResponse[];
}

@ApiSchema({ name: 'Status', description: 'The state of the service.' })
export class StatusResponse {
  @Time('When it was looked at.')
  readonly at!: string;

  @ApiProperty({
    enum: STATUS_STATES,
    description: '`unreachable` when an engine does not answer; counts for more than the others.',
  })
  readonly state!: (typeof STATUS_STATES)[number];

  @ApiProperty({
    type: [String],
    description: 'A sentence for each thing that is wrong; empty when all is well.',
  })
  readonly problems!: readonly string[];

  @ApiProperty({ type: VersionsResponse, description: 'What runs.' })
  readonly versions!: VersionsResponse;

  @ApiProperty({ type: EnginesResponse, description: 'What keeps events, messages and tables.' })
  readonly engines!: EnginesResponse;

  @ApiProperty({ type: [FollowerResponse], description: 'What reads the event log.' })
  readonly followers!: readonly FollowerResponse[];

  @ApiProperty({ type: [ConsumerResponse], description: 'What reads the durable log.' })
  readonly consumers!: readonly ConsumerResponse[];

  @ApiProperty({ type: [WatchedChainResponse], description: 'What the watchers last reported.' })
  readonly chains!: readonly WatchedChainResponse[];

  @ApiProperty({ type: ReactionsResponse, description: 'What waits for its time.' })
  readonly reactions!: ReactionsResponse;

  @ApiProperty({ type: BooksCheckResponse, description: 'Whether the rules of the books hold.' })
  readonly books!: BooksCheckResponse;
}
