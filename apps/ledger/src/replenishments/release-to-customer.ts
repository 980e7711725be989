import type { json } from '@daybook/contracts';
import {
  type Act,
  type AssetScale,
  customer,
  DomainError,
  replenishment,
  streamName,
} from '@daybook/domain';
import { EventStore, loadStates } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AssetNames, ChainRegistry, Heads } from '../chains';
import { ClaimDebits } from '../debits';
import { UNREGISTERED } from '../edge/money';
import { type Answer, CallerCommand } from '../edge/request-context';
import { resourceAt } from './resource-at';

/**
 * Moves to the customer what was credited to the caller's account because the customer was blocked, in the turn of the
 * account's claim: what the account has used is not released. Refuses with what the domain's `releaseToCustomer`
 * refuses. The status of the customer is that of a moment before.
 */
export class ReleaseToCustomer extends CallerCommand<
  Act & { readonly id: string },
  json.Replenishment
> {}

@CommandHandler(ReleaseToCustomer)
export class ReleaseToCustomerHandler implements ICommandHandler<ReleaseToCustomer> {
  constructor(
    readonly store: EventStore,
    readonly dataSource: DataSource,
    private readonly debits: ClaimDebits,
    readonly assets: AssetNames,
    readonly chains: ChainRegistry,
    readonly heads: Heads,
  ) {}

  async execute({ context, request }: ReleaseToCustomer): Promise<Answer<json.Replenishment>> {
    const { accountId } = context;
    const { id, reason, reference } = request;
    const stream = streamName('replenishment', id);
    const known = (await loadStates(this.store, replenishment, [stream])).get(stream);
    if (known === undefined || known.status === 'absent' || known.parties.accountId !== accountId) {
      throw new DomainError('replenishment-not-found', 'There is no replenishment with this id.');
    }
    const { asset } = known.transfer;
    const { customerId, purseId } = known.parties;
    const owner = streamName('customer', customerId);
    const customers = await loadStates(this.store, customer, [owner]);
    const facts = {
      customerBlocked: customers.get(owner)?.status === 'blocked',
      scale: await this.scaleOf(asset),
    };
    const answer = await this.debits.write(
      'replenishment',
      {
        ...{ context, stream, claim: { accountId, customerId: null, asset, purseId } },
        commandWith: (available) => ({
          ...{ type: 'ReleaseToCustomer', accountId, reason, reference },
          facts: { ...facts, available },
        }),
      },
      () => null,
    );
    return { ...answer, resource: await resourceAt(this, stream, answer.position) };
  }

  private async scaleOf(asset: string): Promise<AssetScale> {
    const known = (await this.assets.now()).find(asset);
    const { currency, decimals } = known ?? { currency: UNREGISTERED, decimals: 0 };
    return { currency, decimals };
  }
}
