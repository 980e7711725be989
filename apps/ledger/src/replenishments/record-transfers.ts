import { familyOfChain, isFungible } from '@daybook/chains';
import { NO_TRANSACTION, type TransferV1 } from '@daybook/contracts';
import {
  type Family,
  replenishment,
  type Sender,
  streamName,
  type TransferReport,
} from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccountWallets } from '../account-wallets.env';
import { AssetsInUse, ChainRegistry } from '../chains';
import { replenishmentIdOf } from '../edge/identity';
import { type Owner, type OwnerOf, Owners, ownersWhenFirstRecorded, type Place } from './owners';
import {
  type Owned,
  originOf,
  type Reported,
  recordReports,
  type Unrecordable,
} from './record-reports';

/** A transfer and the message that reported it. */
export type ReportedTransfer = Reported<TransferV1>;

/** Records the transfers that chain-watchers report, see `recordReports`. */
export class RecordTransfers extends Command<readonly Unrecordable[]> {
  constructor(readonly reports: readonly ReportedTransfer[]) {
    super();
  }
}

/** The owner of the purse, and who sent the transfer, as the account of the purse knows it. */
interface Ends {
  readonly owner: Owner;
  readonly sender: Sender;
}

@CommandHandler(RecordTransfers)
export class RecordTransfersHandler implements ICommandHandler<RecordTransfers> {
  constructor(
    private readonly store: EventStore,
    private readonly owners: Owners,
    private readonly assets: AssetsInUse,
    private readonly chains: ChainRegistry,
    private readonly wallets: AccountWallets,
  ) {}

  /**
   * If a customer is blocked or a purse archived between the read of the owners and the append, the change
   * counts from the next transfer on. The event stores the facts of its decision.
   */
  execute({ reports }: RecordTransfers): Promise<readonly Unrecordable[]> {
    return recordReports(reports, {
      store: this.store,
      decider: replenishment,
      ourAddress: ({ to }) => to,
      ownersOf: (transfers) => this.endsOf(transfers),
      commandsFor: (owned) => this.commandsFor(owned),
    });
  }

  private async endsOf(transfers: readonly TransferV1[]): Promise<readonly (Ends | undefined)[]> {
    const receivers = transfers.map(({ chain, to }) => placeOf(chain, to));
    const senders = transfers.map(({ chain, from }) => placeOf(chain, from));
    const ownerOf = await this.owners.of(receivers, senders);
    return receivers.map((receiver, i) => {
      const owner = ownerOf(receiver);
      return owner && { owner, sender: this.senderFor(owner, senders[i] as Place, ownerOf) };
    });
  }

  private senderFor({ parties }: Owner, sender: Place, ownerOf: OwnerOf): Sender {
    const { accountId } = parties;
    if (ownerOf(sender)?.parties.accountId === accountId) return 'purse-of-account';
    return this.wallets.isGas(accountId, sender) ? 'gas-address' : 'elsewhere';
  }

  private async commandsFor(owned: readonly Owned<TransferV1, Ends>[]) {
    const transfers = owned.map(({ report, owner }) => ({
      stream: streamName('replenishment', replenishmentIdOf(transferIdOf(report.content))),
      owner: owner.owner,
    }));
    const assets = await this.assets.of(
      owned,
      ({ report }) => report.content.asset,
      ({ report }) => originOf(report.message),
    );
    const firstOwners = await ownersWhenFirstRecorded(this.store, transfers);
    return owned.map(({ report: { message, content }, owner: { sender } }, i) => {
      const owner = firstOwners[i] as Owner;
      const asset = assets.get(content.asset) ?? null;
      return {
        stream: transfers[i]?.stream as string,
        command: {
          type: 'RecordTransfer' as const,
          report: reportOf(content),
          facts: {
            ...{ ...owner, asset, isFungible: isFungible(content.asset), sender },
            orderChanged: owner.outsideOrderId !== owner.mintedOrderId,
            requiredFinality: this.chains.requiredFinality(content.asset),
          },
        },
        // Each transfer has its own stream, so the version alone identifies a report.
        commandId: `v${content.version}`,
        decidesRepeats: true,
        metadata: { accountId: owner.parties.accountId, ...originOf(message) },
      };
    });
  }
}

/** Chains without a family were refused before. */
export function placeOf(chain: string, address: string): Place {
  return { family: familyOfChain(chain) as Family, address };
}

/** What no transaction moved has no hash in its id: `<chain>/withdrawal:<index>`. */
function transferIdOf({ transferId, txHash }: TransferV1): string {
  return txHash === NO_TRANSACTION ? transferId.replace(`/${NO_TRANSACTION}/`, '/') : transferId;
}

function reportOf(transfer: TransferV1): TransferReport {
  const { transferId, version, status, chain, asset, amount, from, to, txHash } = transfer;
  const ordinal = transferId.slice(transferId.lastIndexOf('/') + 1);
  const { block, finality, passed, netted = '0', unbacked = '0', unreadable = false } = transfer;
  const content = {
    ...{ chain, asset, amount, from, to, ordinal },
    txHash: txHash === NO_TRANSACTION ? null : txHash,
    ...(netted !== '0' && { netted }),
    ...(unbacked !== '0' && { unbacked }),
    ...(unreadable && { unreadable }),
  };
  const waiting = waitingOf(transfer);
  return { version, status, content, block, finality, waiting, ...(passed && { passed }) };
}

/** On the topic there is one word for what waits, and a flag for the reasons that are newer than it. */
function waitingOf({ waiting = null, unprovenTrace, unreadBalance }: TransferV1) {
  if (unprovenTrace) return 'unproven-trace';
  return unreadBalance ? 'unread-balance' : waiting;
}
