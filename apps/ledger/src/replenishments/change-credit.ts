import type { json } from '@daybook/contracts';
import {
  type Act,
  type CreditCommand,
  customer,
  DomainError,
  type KnownReplenishment,
  type ReplenishmentEvent,
  replenishment,
  streamName,
  upcast,
} from '@daybook/domain';
import { EventStore, loadStates } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { GetCustody } from '../books';
import { AssetNames, ChainRegistry, Heads } from '../chains';
import { type Answer, CallerCommand } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { PurseRow } from '../purses';
import { factsNow, toResponse } from './get-replenishments';
import { rowIn } from './replenishments.projection';

/**
 * Voids a replenishment of any account, or credits one that is voided or held. Refuses with `replenishment-not-found`
 * and with what `changeCredit` of the domain refuses.
 *
 * Custody and the status of the customer are read a moment before. Coins that leave the purse in between, and
 * a customer who is blocked in between, are as if they had come a moment later.
 */
export class ChangeCredit extends CallerCommand<
  Act & { readonly id: string; readonly type: CreditCommand['type'] },
  json.Replenishment
> {}

@CommandHandler(ChangeCredit)
export class ChangeCreditHandler implements ICommandHandler<ChangeCredit> {
  constructor(
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
    private readonly queries: QueryBus,
    readonly assets: AssetNames,
    readonly chains: ChainRegistry,
    readonly heads: Heads,
  ) {}

  async execute({ context, request }: ChangeCredit): Promise<Answer<json.Replenishment>> {
    const stream = streamName('replenishment', request.id);
    const known = (await loadStates(this.store, replenishment, [stream])).get(stream);
    if (known === undefined || known.status === 'absent') {
      throw new DomainError('replenishment-not-found', 'There is no replenishment with this id.');
    }
    const command = await this.commandFor(request, known);
    const { accountId } = known.parties;
    const own = { ...context, accountId };
    const answer = await writeAs(this.store, own, stream, replenishment, command, () => null);
    const resource = await this.resource(stream, answer.position);
    return { ...answer, resource, version: BigInt(resource.position) };
  }

  private async commandFor(
    { type, reason, reference }: Act & Pick<CreditCommand, 'type'>,
    { parties, transfer }: KnownReplenishment,
  ): Promise<CreditCommand> {
    const act = { reason, reference };
    if (type === 'VoidReplenishment') {
      const custody = await this.queries.execute(new GetCustody(parties.purseId, transfer.asset));
      return { type, ...act, facts: { custody } };
    }
    const owner = streamName('customer', parties.customerId);
    const states = await loadStates(this.store, customer, [owner]);
    return { type, ...act, facts: { customerBlocked: states.get(owner)?.status === 'blocked' } };
  }

  /** From the event log, because the read models may not have the command yet. */
  private async resource(stream: string, position: bigint): Promise<json.Replenishment> {
    const history = (await this.store.readStream(stream))
      .filter((recorded) => recorded.position <= position)
      .map((recorded) => ({ recorded, event: upcast(recorded) as ReplenishmentEvent }));
    const row = rowIn(history);
    const purse = await this.dataSource
      .getRepository(PurseRow)
      .findOneByOrFail({ id: row.purseId });
    return toResponse(Object.assign(row, { purse }), await factsNow(this));
  }
}
