import type { json } from '@daybook/contracts';
import {
  type CustomerTransferCommand,
  type CustomerTransferState,
  claimantFacts,
  customer,
  idOf,
  parseUnits,
  streamName,
} from '@daybook/domain';
import { EventStore, loadStates } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AssetNames, AssetsInUse, assetNamed } from '../chains';
import { ClaimDebits } from '../debits';
import { customerTransferIdOf } from '../edge/identity';
import { type Answer, CallerCommand, type RequestContext } from '../edge/request-context';
import { toCustomerTransfer } from './customer-transfers.dto';

/** What is to be transferred. */
export interface CustomerTransferRequest {
  readonly fromCustomerId: string;
  readonly toCustomerId: string;
  /** A CAIP-19 id or a currency code. */
  readonly asset: string;
  /** Whole units. */
  readonly amount: string;
  readonly reason: string;
  readonly reference: string;
}

/**
 * Transfers between two customers of the caller's account, in the turn of the sender's claim. Refuses with
 * `asset-unknown` and with what the domain's `customerTransfer` refuses.
 */
export class MakeCustomerTransfer extends CallerCommand<
  CustomerTransferRequest,
  json.CustomerTransfer
> {}

@CommandHandler(MakeCustomerTransfer)
export class MakeCustomerTransferHandler implements ICommandHandler<MakeCustomerTransfer> {
  constructor(
    private readonly store: EventStore,
    private readonly assets: AssetNames,
    private readonly used: AssetsInUse,
    private readonly debits: ClaimDebits,
  ) {}

  async execute({
    context,
    request,
  }: MakeCustomerTransfer): Promise<Answer<json.CustomerTransfer>> {
    const { accountId } = context;
    const id = customerTransferIdOf(accountId, request.reference);
    const stream = streamName('customer_transfer', id);
    const command = await this.commandFor(context, request);
    const { fromCustomerId: customerId, asset } = command;
    const answer = await this.debits.write(
      'customer_transfer',
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
    { fromCustomerId, toCustomerId, asset, amount, reason, reference }: CustomerTransferRequest,
  ): Promise<CustomerTransferCommand> {
    const { id, scale } = assetNamed(await this.assets.now(), asset);
    const units = String(parseUnits(amount, scale.decimals));
    // Its scale is in the event log before an amount of it is.
    await this.used.of([id], (used) => used);
    const [from, to] = [
      streamName('customer', fromCustomerId),
      streamName('customer', toCustomerId),
    ];
    const states = await loadStates(this.store, customer, [from, to]);
    const factsOf = (stream: string) => claimantFacts(states.get(stream) ?? customer.initialState);
    const about = { accountId, fromCustomerId, toCustomerId, asset: id, amount: units };
    const facts = { from: factsOf(from), to: factsOf(to), available: null, scale };
    return { type: 'MakeCustomerTransfer', ...about, reason, reference, facts };
  }

  /** From the event log, because the read models may not have it yet. */
  private async resource(stream: string, made: Content): Promise<json.CustomerTransfer> {
    const [recorded] = await this.store.readStream(stream);
    if (recorded === undefined) throw new Error(`${stream} is absent after an accepted command.`);
    const createdAt = new Date(recorded.recordedAt).toISOString();
    const position = String(recorded.position);
    const transferred = { ...made, id: idOf(stream), createdAt, position };
    return toCustomerTransfer(transferred, await this.assets.now());
  }
}

type Content = ReturnType<typeof contentOf>;
type Made = Exclude<CustomerTransferState, { status: 'absent' }>;

function contentOf({ status: _, accountId: __, ...content }: Made) {
  return content;
}
