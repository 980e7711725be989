import { isFungible } from '@daybook/chains';
import { type OutflowV1, parseOutflow, TOPICS } from '@daybook/contracts';
import {
  type Asset,
  type Destination,
  type OutflowReport,
  outflow,
  streamName,
} from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import type { DurableLog, RunningSubscription } from '@daybook/messaging';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccountWallets } from '../account-wallets.env';
import { AssetsInUse, ChainRegistry } from '../chains';
import { outflowStreamIdOf } from '../edge/identity';
import {
  consumeMovements,
  type Owned,
  type Owner,
  type OwnerOf,
  Owners,
  originOf,
  placeOf,
  type Reported,
  recordReports,
  type Unrecordable,
} from '../replenishments';

/** Records the outflows that chain-watchers report, see `recordReports`. */
export class RecordOutflows extends Command<readonly Unrecordable[]> {
  constructor(readonly reports: readonly Reported<OutflowV1>[]) {
    super();
  }
}

/** Records the outflows that watchers publish as events. */
export function consumeOutflows(log: DurableLog, bus: CommandBus): Promise<RunningSubscription> {
  return consumeMovements(log, {
    topic: TOPICS.outflow,
    parse: parseOutflow,
    record: (reports) => bus.execute(new RecordOutflows(reports)),
  });
}

/** The owner of the purse, and where the coins went, as the account of the purse knows it. */
interface Ends {
  readonly owner: Owner;
  readonly destination: Destination;
}

@CommandHandler(RecordOutflows)
export class RecordOutflowsHandler implements ICommandHandler<RecordOutflows> {
  constructor(
    private readonly store: EventStore,
    private readonly owners: Owners,
    private readonly assets: AssetsInUse,
    private readonly chains: ChainRegistry,
    private readonly wallets: AccountWallets,
  ) {}

  /**
   * What only the trace of one node shows may be invented, and then the balance would seem to be too high by it. It is
   * recorded when it is proven, which is reported too.
   */
  async execute({ reports }: RecordOutflows): Promise<readonly Unrecordable[]> {
    const proven = reports.filter(({ content }) => content.unprovenTrace !== true);
    const reasons = await this.record(proven);
    const reasonOf = new Map(proven.map((report, i) => [report, reasons[i] ?? null]));
    return reports.map((report) => reasonOf.get(report) ?? null);
  }

  private record(reports: readonly Reported<OutflowV1>[]): Promise<readonly Unrecordable[]> {
    return recordReports(reports, {
      store: this.store,
      decider: outflow,
      ourAddress: ({ from }) => from,
      ownersOf: (outflows) => this.endsOf(outflows),
      commandsFor: async (owned) => {
        const assets = await this.assets.of(
          owned,
          ({ report }) => report.content.asset,
          ({ report }) => originOf(report.message),
        );
        return owned.map((one) => this.commandFor(one, assets));
      },
    });
  }

  private async endsOf(outflows: readonly OutflowV1[]): Promise<readonly (Ends | undefined)[]> {
    const senders = outflows.map(({ chain, from }) => placeOf(chain, from));
    const receivers = outflows.flatMap(({ chain, to }) => (to === null ? [] : placeOf(chain, to)));
    const ownerOf = await this.owners.of(senders, receivers);
    return outflows.map(({ chain, from, to }) => {
      const owner = ownerOf(placeOf(chain, from));
      return owner && { owner, destination: this.destinationFor(owner, chain, to, ownerOf) };
    });
  }

  private destinationFor(
    { parties }: Owner,
    chain: string,
    to: string | null,
    ownerOf: OwnerOf,
  ): Destination {
    const { accountId } = parties;
    if (to === null) return 'elsewhere';
    const place = placeOf(chain, to);
    if (this.wallets.isWallet(accountId, place)) return 'account-wallet';
    return ownerOf(place)?.parties.accountId === accountId ? 'purse-of-account' : 'elsewhere';
  }

  private commandFor(
    { report: { message, content }, owner }: Owned<OutflowV1, Ends>,
    assets: ReadonlyMap<string, Asset>,
  ) {
    const { parties } = owner.owner;
    return {
      stream: streamName('outflow', outflowStreamIdOf(content.outflowId)),
      command: {
        type: 'RecordOutflow' as const,
        report: reportOf(content),
        facts: {
          parties,
          destination: owner.destination,
          asset: assets.get(content.asset) ?? null,
          isFungible: isFungible(content.asset),
          requiredFinality: this.chains.requiredFinality(content.asset),
        },
      },
      // Each outflow has its own stream, so the version alone identifies a report.
      commandId: `v${content.version}`,
      decidesRepeats: true,
      metadata: { accountId: parties.accountId, ...originOf(message) },
    };
  }
}

function reportOf(reported: OutflowV1): OutflowReport {
  const { outflowId, version, status, chain, asset, amount, from, to, txHash } = reported;
  const ordinal = outflowId.slice(outflowId.lastIndexOf('/') + 1);
  const { block, finality, passed, netted = '0' } = reported;
  const content = {
    ...{ chain, asset, amount, from, to, txHash, ordinal },
    ...(netted !== '0' && { netted }),
  };
  return { outflowId, version, status, content, block, finality, ...(passed && { passed }) };
}
