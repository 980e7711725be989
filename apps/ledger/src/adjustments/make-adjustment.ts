import type { json } from '@daybook/contracts';
import {
  type AdjustmentCommand,
  type AdjustmentDirection,
  type AdjustmentState,
  account,
  adjustment,
  claimantFacts,
  customer,
  type Decider,
  DomainError,
  idOf,
  parseUnits,
  purse,
  type StreamKind,
  streamName,
} from '@daybook/domain';
import { type Emitted, EventStore, loadStates } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AssetNames, AssetsInUse, assetNamed } from '../chains';
import { ClaimDebits } from '../debits';
import { adjustmentIdOf } from '../edge/identity';
import { type Answer, CallerCommand, type RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { toAdjustment } from './adjustments.dto';

/** What is to be adjusted. */
export interface AdjustmentRequest {
  /** Undefined for the account's own claim. */
  readonly customerId?: string | undefined;
  readonly purseId?: string | undefined;
  /** A CAIP-19 id or a currency code. */
  readonly asset: string;
  /** Whole units. */
  readonly amount: string;
  readonly direction: AdjustmentDirection;
  readonly forced: boolean;
  readonly reason: string;
  readonly reference: string;
}

/**
 * Adjusts a claim of the account of the context. A debit that is not forced takes its turn among the debits of the
 * claim. Refuses with `asset-unknown`, `account-not-found` and with what the domain's `adjustment` refuses.
 */
export class MakeAdjustment extends CallerCommand<AdjustmentRequest, json.Adjustment> {}

@CommandHandler(MakeAdjustment)
export class MakeAdjustmentHandler implements ICommandHandler<MakeAdjustment> {
  constructor(
    private readonly store: EventStore,
    private readonly assets: AssetNames,
    private readonly used: AssetsInUse,
    private readonly debits: ClaimDebits,
  ) {}

  async execute({ context, request }: MakeAdjustment): Promise<Answer<json.Adjustment>> {
    if (request.forced) await this.requireAccount(context.accountId);
    const stream = streamName('adjustment', adjustmentIdOf(context.accountId, request.reference));
    const command = await this.commandFor(context, request);
    const { accountId, customerId, asset, direction, forced } = command;
    const answer =
      direction === 'credit' || forced
        ? await writeAs(this.store, context, stream, adjustment, command, contentOf)
        : await this.debits.write(
            'adjustment',
            {
              ...{ context, stream, claim: { accountId, customerId, asset } },
              commandWith: (available) => ({ ...command, facts: { ...command.facts, available } }),
            },
            contentOf,
          );
    return { ...answer, resource: await this.resource(stream, answer.resource) };
  }

  private async commandFor(
    { accountId }: RequestContext,
    request: AdjustmentRequest,
  ): Promise<AdjustmentCommand> {
    const { customerId = null, purseId = null, asset, amount, ...said } = request;
    const { id, scale } = assetNamed(await this.assets.now(), asset);
    const units = String(parseUnits(amount, scale.decimals));
    // Its scale is in the event log before an amount of it is.
    await this.used.of([id], (used) => used);
    const [named] = await this.statesOf('customer', customer, customerId);
    const [at] = await this.statesOf('purse', purse, purseId);
    const isOwn = at !== undefined && at.status !== 'absent' && at.accountId === accountId;
    const facts = {
      customer: named === undefined ? null : claimantFacts(named),
      purse: at === undefined ? null : { ownerId: isOwn ? at.customerId : null },
      ...{ available: null, scale },
    };
    const about = { accountId, customerId, purseId, asset: id, amount: units };
    return { type: 'MakeAdjustment', ...about, ...said, facts };
  }

  /** An operator names the account. */
  private async requireAccount(accountId: string): Promise<void> {
    const [known] = await this.statesOf('account', account, accountId);
    if (known === undefined || known.status === 'absent') {
      throw new DomainError('account-not-found', 'There is no account with this id.');
    }
  }

  /** The state that an id names; nothing for no id. */
  private async statesOf<Command, Event extends Emitted, State>(
    kind: StreamKind,
    decider: Decider<Command, Event, State>,
    id: string | null,
  ): Promise<readonly State[]> {
    const streams = id === null ? [] : [streamName(kind, id)];
    return [...(await loadStates(this.store, decider, streams)).values()];
  }

  /** From the event log, because the read models may not have it yet. */
  private async resource(stream: string, made: Content): Promise<json.Adjustment> {
    const [recorded] = await this.store.readStream(stream);
    if (recorded === undefined) throw new Error(`${stream} is absent after an accepted command.`);
    const createdAt = new Date(recorded.recordedAt).toISOString();
    const position = String(recorded.position);
    const adjusted = { ...made, id: idOf(stream), createdAt, position };
    return toAdjustment(adjusted, await this.assets.now());
  }
}

type Content = ReturnType<typeof contentOf>;

function contentOf({ status: _, ...content }: Exclude<AdjustmentState, { status: 'absent' }>) {
  return content;
}
