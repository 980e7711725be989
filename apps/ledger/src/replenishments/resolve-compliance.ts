import type { json } from '@daybook/contracts';
import {
  type Act,
  type ComplianceDecision,
  DomainError,
  type KnownReplenishment,
  type OwnerFacts,
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
import { Owners, ownersWhenFirstRecorded } from './owners';
import { placeOf } from './record-transfers';

/**
 * Decides a review of any account. Refuses with `replenishment-not-found` and with what the domain refuses.
 *
 * The owner is read a moment before, as of a report: a customer who is blocked in between counts from the next one on.
 */
export class ResolveCompliance extends CallerCommand<
  {
    readonly id: string;
    readonly decision: ComplianceDecision;
    /** What an operator says who decides. */
    readonly act?: Act;
    /** What was looked at; absent for whatever there is. */
    readonly checked?: { readonly blockHash: string; readonly amount: string };
  },
  json.Replenishment
> {}

@CommandHandler(ResolveCompliance)
export class ResolveComplianceHandler implements ICommandHandler<ResolveCompliance> {
  constructor(
    readonly store: EventStore,
    readonly dataSource: DataSource,
    private readonly owners: Owners,
    readonly assets: AssetNames,
    readonly chains: ChainRegistry,
    readonly heads: Heads,
    readonly env: LedgerEnv,
  ) {}

  async execute({ context, request }: ResolveCompliance): Promise<Answer<json.Replenishment>> {
    const { id, ...decided } = request;
    const stream = streamName('replenishment', id);
    const known = (await loadStates(this.store, replenishment, [stream])).get(stream);
    if (known === undefined || known.status === 'absent') {
      throw new DomainError('replenishment-not-found', 'There is no replenishment with this id.');
    }
    const { accountId } = known.parties;
    const facts = await this.factsOf(stream, known);
    const command = { type: 'ResolveCompliance', accountId, ...decided, facts } as const;
    const own = { ...context, accountId };
    const answer = await writeAs(this.store, own, stream, replenishment, command, () => null);
    return { ...answer, resource: await replenishmentAt(this, stream, answer.position) };
  }

  /** The status of the purse when the transfer was first recorded, and that of its customer now. */
  private async factsOf(stream: string, { transfer }: KnownReplenishment): Promise<OwnerFacts> {
    const place = placeOf(transfer.chain, transfer.to);
    const owner = (await this.owners.of([place], []))(place);
    if (owner === undefined) throw new Error(`No purse has the address ${transfer.to}.`);
    const [first = owner] = await ownersWhenFirstRecorded(this.store, [{ stream, owner }]);
    const { purseStatus, customerBlocked, addressShared = false } = first;
    return { purseStatus, customerBlocked, addressShared };
  }
}
