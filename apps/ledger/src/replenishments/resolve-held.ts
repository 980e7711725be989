import type { json } from '@daybook/contracts';
import {
  type Act,
  type Claimant,
  customer,
  DomainError,
  type Resolver,
  replenishment,
  streamName,
} from '@daybook/domain';
import { EventStore, loadStates } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AssetNames, ChainRegistry, Heads } from '../chains';
import { type Answer, CallerCommand } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { LedgerEnv } from '../ledger.env';
import { replenishmentAt } from './get-replenishments';

/**
 * Decides whose held money is. The account's own people find that of their account alone, operators any. Refuses with
 * what `resolveHeld` of the domain refuses. The customer's status is read a moment before.
 */
export class ResolveHeld extends CallerCommand<
  Act & { readonly id: string; readonly to: Claimant; readonly by: Resolver },
  json.Replenishment
> {}

@CommandHandler(ResolveHeld)
export class ResolveHeldHandler implements ICommandHandler<ResolveHeld> {
  constructor(
    readonly store: EventStore,
    readonly dataSource: DataSource,
    readonly assets: AssetNames,
    readonly chains: ChainRegistry,
    readonly heads: Heads,
    readonly env: LedgerEnv,
  ) {}

  async execute({ context, request }: ResolveHeld): Promise<Answer<json.Replenishment>> {
    const { id, ...resolution } = request;
    const stream = streamName('replenishment', id);
    const known = (await loadStates(this.store, replenishment, [stream])).get(stream);
    const isOwn =
      known !== undefined &&
      known.status !== 'absent' &&
      (request.by === 'operator' || known.parties.accountId === context.accountId);
    if (!isOwn) {
      throw new DomainError('replenishment-not-found', 'There is no replenishment with this id.');
    }
    const { accountId, customerId } = known.parties;
    const owner = streamName('customer', customerId);
    const states = await loadStates(this.store, customer, [owner]);
    const facts = { customerBlocked: states.get(owner)?.status === 'blocked' };
    const command = { type: 'ResolveHeld', accountId, ...resolution, facts } as const;
    const own = { ...context, accountId };
    const answer = await writeAs(this.store, own, stream, replenishment, command, () => null);
    return { ...answer, resource: await replenishmentAt(this, stream, answer.position) };
  }
}
