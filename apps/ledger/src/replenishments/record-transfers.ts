import { familyOfChain, isFungible } from '@daybook/chains';
import type { TransferV1 } from '@daybook/contracts';
import {
  DomainError,
  type Family,
  replenishment,
  streamName,
  type TransferReport,
} from '@daybook/domain';
import {
  AppendRejected,
  AppendTooLarge,
  decideAndAppendMany,
  EventStore,
  IdempotencyKeyReused,
} from '@daybook/event-store';
import type { Message } from '@daybook/messaging';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AssetRegistry, ChainRegistry } from '../chains';
import { replenishmentIdOf } from '../edge/identity';
import { traceparentOf } from '../edge/request-id';
import { type Owner, Owners, ownersWhenFirstRecorded, type Receiver } from './owners';

/** A transfer and the message that reported it. Messages with the same key are recorded in order. */
export interface ReportedTransfer {
  readonly message: Pick<Message, 'id' | 'key' | 'headers'>;
  readonly content: TransferV1;
}

/** Why a transfer can never be recorded; null if it was recorded. */
export type Unrecordable = string | null;

/**
 * Records the transfers that chain-watchers report. Each is decided on its own; a rejection by the rules is
 * an event with a reason. All owners are read at once, and all events are appended in one call if no
 * decision throws. The answer has, per transfer, why it can never be recorded, or null. If that is known
 * before the append, the rest of the key is not recorded. Rejects if the store or the owners cannot be read. The batch may then be delivered again,
 * because every effect is identified by its transfer and version.
 */
export class RecordTransfers extends Command<readonly Unrecordable[]> {
  constructor(readonly reports: readonly ReportedTransfer[]) {
    super();
  }
}

/** Far more than a transfer needs, and far below the limit of an append. */
const CHARACTERS_MAX = 10_000;

/** The rules threw an unexpected error. It concerns this transfer alone. */
class Undecidable extends Error {
  override readonly name = 'Undecidable';
}

const guarded: typeof replenishment = {
  ...replenishment,
  decide(command, state) {
    try {
      return replenishment.decide(command, state);
    } catch (error) {
      if (error instanceof DomainError) throw error;
      throw new Undecidable(`It cannot be decided: ${error}`, { cause: error });
    }
  },
};

@CommandHandler(RecordTransfers)
export class RecordTransfersHandler implements ICommandHandler<RecordTransfers> {
  constructor(
    private readonly store: EventStore,
    private readonly owners: Owners,
    private readonly assets: AssetRegistry,
    private readonly chains: ChainRegistry,
  ) {}

  /**
   * If a customer is blocked or a purse archived between the read of the owners and the append, the change
   * counts from the next transfer on. The event stores the facts of its decision.
   */
  async execute({ reports }: RecordTransfers): Promise<readonly Unrecordable[]> {
    const reasons: Reasons = new Map();
    const reported = reports.map((report) => ({ report }));
    const storable = upToFirst(reported, unstorable, reasons);
    const owners = await this.owners.of(storable.map(receiverOf));
    const found = storable.map(({ report }, i) => ({ report, owner: owners[i] }));
    // `withoutPurse` has refused those without an owner.
    const owned = upToFirst(found, withoutPurse, reasons) as readonly OwnedReport[];
    await this.record(owned, reasons);
    return reports.map((report) => reasons.get(report) ?? null);
  }

  private async record(owned: readonly OwnedReport[], reasons: Reasons): Promise<void> {
    const transfers = owned.map(({ report, owner }) => ({
      stream: streamName('replenishment', replenishmentIdOf(report.content.transferId)),
      owner,
    }));
    const firstOwners = await ownersWhenFirstRecorded(this.store, transfers);
    const commands = owned.map(({ report }, i) =>
      this.commandFor(report, transfers[i]?.stream as string, firstOwners[i] as Owner),
    );
    try {
      const results = await decideAndAppendMany(this.store, guarded, commands);
      for (const [i, { report }] of owned.entries()) {
        const reason = reasonIn(results[i]);
        if (reason !== null) reasons.set(report, reason);
      }
    } catch (error) {
      if (!(error instanceof Undecidable)) throw error;
      const [first] = owned;
      if (first !== undefined && owned.length === 1) {
        reasons.set(first.report, error.message);
        return;
      }
      // Decide each alone, in order. What was appended already is found again by its command id.
      const stopped = new Set<string>();
      for (const { report, owner } of owned) {
        if (stopped.has(report.message.key)) continue;
        await this.record([{ report, owner }], reasons);
        if (reasons.has(report)) stopped.add(report.message.key);
      }
    }
  }

  private commandFor({ message, content }: ReportedTransfer, stream: string, owner: Owner) {
    const asset = this.assets.find(content.asset);
    return {
      stream,
      command: {
        type: 'RecordTransfer' as const,
        report: reportOf(content),
        facts: {
          ...{ ...owner, asset, isFungible: isFungible(content.asset) },
          requiredFinality: this.chains.requiredFinality(content.asset),
        },
      },
      // Each transfer has its own stream, so the version alone identifies a report.
      commandId: `v${content.version}`,
      metadata: { accountId: owner.parties.accountId, actor: 'watcher', ...originOf(message) },
    };
  }
}

type Reasons = Map<ReportedTransfer, string>;

interface Reported {
  readonly report: ReportedTransfer;
}

/** A report with the current owner of its address. */
interface OwnedReport extends Reported {
  readonly owner: Owner;
}

/**
 * The message as the origin of events. It is the same in every delivery, so a transfer that is recorded
 * again, perhaps by another process, has the same events.
 */
function originOf({ id, headers }: ReportedTransfer['message']) {
  const traceparent = traceparentOf({ headers: { traceparent: headers.ce_traceparent } });
  const ids = { correlationId: id, causationId: id };
  return traceparent === undefined ? ids : { ...ids, traceparent };
}

/** The reports of each key before its first one with a reason; that reason is noted. */
function upToFirst<Item extends Reported>(
  items: readonly Item[],
  reasonOf: (item: Item) => Unrecordable,
  reasons: Reasons,
): readonly Item[] {
  const stopped = new Set<string>();
  return items.filter((item) => {
    const { report } = item;
    if (stopped.has(report.message.key)) return false;
    const reason = reasonOf(item);
    if (reason === null) return true;
    stopped.add(report.message.key);
    reasons.set(report, reason);
    return false;
  });
}

function unstorable({ report: { message, content } }: Reported): Unrecordable {
  const { chain, asset, amount, from, to, txHash, block } = content;
  const text = `${message.id}${chain}${asset}${amount}${from}${to}${txHash}${block?.hash}${block?.time}`;
  if (text.length > CHARACTERS_MAX)
    return `It has ${text.length} characters, more than ${CHARACTERS_MAX}.`;
  // PostgreSQL cannot store NUL or a lone surrogate. They are refused before anything is appended, because
  // the store would refuse them after the rest of the key was appended.
  if (text.includes('\0') || !text.isWellFormed())
    return 'It has a character that the store cannot hold.';
  if (familyOfChain(chain) === null) return `The address family of chain ${chain} is not known.`;
  // No chain is older than 1970. `Date.parse` also rejects what is not a timestamp, such as a leap second.
  const isTimeStorable = block === null || Date.parse(block.time) > 0;
  return isTimeStorable ? null : `${block.time} is not a block time since 1970.`;
}

/** A purse is missing if a watcher follows another ledger, or the ledger was restored from a backup. */
function withoutPurse({ report, owner }: Reported & { readonly owner: Owner | undefined }) {
  return owner ? null : `No purse has the address ${report.content.to}.`;
}

/** `unstorable` has refused chains without a family. */
function receiverOf({ report: { content } }: Reported): Receiver {
  return { family: familyOfChain(content.chain) as Family, address: content.to };
}

/** Null if it was recorded. Throws retryable errors, so that the batch is delivered again. */
function reasonIn(result: unknown): Unrecordable {
  if (!(result instanceof Error)) return null;
  const isPermanent =
    result instanceof AppendRejected ||
    result instanceof AppendTooLarge ||
    result instanceof DomainError ||
    result instanceof IdempotencyKeyReused;
  if (isPermanent) return result.message;
  throw result;
}

function reportOf(transfer: TransferV1): TransferReport {
  const { transferId, version, status, chain, asset, amount, from, to, txHash } = transfer;
  const ordinal = transferId.slice(transferId.lastIndexOf('/') + 1);
  const content = { chain, asset, amount, from, to, txHash, ordinal };
  const { block, finality, passed, waiting = null } = transfer;
  return { version, status, content, block, finality, waiting, ...(passed && { passed }) };
}
