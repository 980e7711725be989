import type { TransferV1 } from '@daybook/contracts';
import { replenishment, streamName, type TransferReport } from '@daybook/domain';
import { decideAndAppendMany, EventStore } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AssetRegistry } from '../asset-registry';
import { replenishmentIdOf } from '../identity';
import { type Owner, Owners } from './owners';

/**
 * Records what chain-watchers report, each transfer on its own: one that the rules reject is an
 * event with a reason. All facts are read in two queries and all events appended together.
 * Rejects as a whole only when the store or the owners cannot be read; then nothing is lost by
 * delivering the batch again, as every effect is found by its identity.
 */
export class RecordTransfers extends Command<void> {
  constructor(readonly transfers: readonly TransferV1[]) {
    super();
  }
}

@CommandHandler(RecordTransfers)
export class RecordTransfersHandler implements ICommandHandler<RecordTransfers> {
  constructor(
    private readonly store: EventStore,
    private readonly owners: Owners,
    private readonly assets: AssetRegistry,
  ) {}

  /**
   * A customer who is blocked between the read of the owners and the append counts from the next
   * transfer on; the event keeps what was decided.
   */
  async execute({ transfers }: RecordTransfers): Promise<void> {
    const owners = await this.owners.of(transfers.map(({ to }) => to));
    const results = await decideAndAppendMany(
      this.store,
      replenishment,
      transfers.map((transfer) => this.commandFor(transfer, owners.get(transfer.to) as Owner)),
    );
    for (const result of results) if (result instanceof Error) throw result;
  }

  private commandFor(transfer: TransferV1, owner: Owner) {
    const asset = this.assets.find(transfer.asset);
    return {
      stream: streamName('replenishment', replenishmentIdOf(transfer.transferId)),
      command: {
        type: 'RecordTransfer' as const,
        report: reportOf(transfer),
        facts: { ...owner, asset },
      },
      // The stream is the transfer's own, so the version alone tells its reports apart.
      commandId: `v${transfer.version}`,
      metadata: { accountId: owner.parties.accountId, actor: 'watcher' },
    };
  }
}

function reportOf(transfer: TransferV1): TransferReport {
  const { transferId, version, status, chain, asset, amount, from, to, txHash } = transfer;
  const ordinal = transferId.slice(transferId.lastIndexOf('/') + 1);
  const content = { chain, asset, amount, from, to, txHash, ordinal };
  return { version, status, content, block: transfer.block, finality: transfer.finality };
}
