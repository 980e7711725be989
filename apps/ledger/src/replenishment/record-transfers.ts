import type { TransferV1 } from '@daybook/contracts';
import {
  account,
  customer,
  purse,
  replenishment,
  streamName,
  type TransferFacts,
  type TransferReport,
} from '@daybook/domain';
import { decideAndAppendMany, EventStore, loadStates, StateCache } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AssetRegistry } from '../asset-registry';
import { replenishmentIdOf } from '../identity';
import { PurseDirectory, type PurseOwner } from './purse-directory';

/** How many states of other streams are remembered between batches; one is a few hundred bytes. */
const STATES_REMEMBERED_MAX = 100_000;

/**
 * Records what chain-watchers report, each transfer on its own: one that the rules reject is an
 * event with a reason. All facts are read in a few queries and all events appended together.
 * Rejects as a whole only when the store or the directory cannot answer; then nothing is lost by
 * delivering the batch again, as every effect is found by its identity.
 */
export class RecordTransfers extends Command<void> {
  constructor(readonly transfers: readonly TransferV1[]) {
    super();
  }
}

interface Addressed {
  readonly transfer: TransferV1;
  readonly owner: PurseOwner;
}

@CommandHandler(RecordTransfers)
export class RecordTransfersHandler implements ICommandHandler<RecordTransfers> {
  private readonly cache = new StateCache(STATES_REMEMBERED_MAX);

  constructor(
    private readonly store: EventStore,
    private readonly directory: PurseDirectory,
    private readonly assets: AssetRegistry,
  ) {}

  async execute({ transfers }: RecordTransfers): Promise<void> {
    const owners = await this.directory.owners(transfers.map((t) => t.to));
    const addressed = transfers.map((transfer, i) => ({
      transfer,
      owner: owners[i] as PurseOwner,
    }));
    const factsOf = await this.readFacts(addressed);
    const results = await decideAndAppendMany(
      this.store,
      replenishment,
      addressed.map(({ transfer, owner }) => ({
        stream: streamName('replenishment', replenishmentIdOf(transfer.transferId)),
        command: {
          type: 'RecordTransfer',
          report: reportOf(transfer),
          facts: factsOf(transfer, owner),
        },
        commandId: `${transfer.transferId}#${transfer.version}`,
        metadata: { accountId: owner.accountId, actor: 'watcher' },
      })),
    );
    for (const result of results) if (result instanceof Error) throw result;
  }

  /**
   * The owners' states, read from the log itself: a block that was acknowledged before this read is
   * seen, however far the read models are behind. One that is appended between this read and the
   * append of the transfer counts from the next transfer on; the event keeps what was decided.
   */
  private async readFacts(
    batch: readonly Addressed[],
  ): Promise<(transfer: TransferV1, owner: PurseOwner) => TransferFacts> {
    const names = (name: (owner: PurseOwner) => string) => [
      ...new Set(batch.map((b) => name(b.owner))),
    ];
    const accountStream = (o: PurseOwner) => streamName('account', o.accountId);
    const customerStream = (o: PurseOwner) => streamName('customer', o.customerId);
    const purseStream = (o: PurseOwner) => streamName('purse', o.purseId);
    const [accounts, customers, purses] = await Promise.all([
      loadStates(this.store, account, names(accountStream), this.cache),
      loadStates(this.store, customer, names(customerStream), this.cache),
      loadStates(this.store, purse, names(purseStream), this.cache),
    ]);
    return (transfer, owner) => {
      const held = accounts.get(accountStream(owner));
      const purseStatus = purses.get(purseStream(owner))?.status ?? 'absent';
      if (purseStatus === 'absent') throw new Error(`Purse ${owner.purseId} is not in the log.`);
      return {
        parties: owner,
        asset: this.assets.find(transfer.asset),
        screening: held?.status === 'open' && held.policy.screening,
        purseStatus,
        customerBlocked: customers.get(customerStream(owner))?.status === 'blocked',
      };
    };
  }
}

function reportOf(transfer: TransferV1): TransferReport {
  const { transferId, version, status, chain, asset, amount, from, to, txHash } = transfer;
  const ordinal = transferId.slice(transferId.lastIndexOf('/') + 1);
  const content = { chain, asset, amount, from, to, txHash, ordinal };
  return { version, status, content, block: transfer.block, finality: transfer.finality };
}
