import { familyOfChain } from '@daybook/chains';
import type { TransferV1 } from '@daybook/contracts';
import { type Decider, DomainError } from '@daybook/domain';
import {
  AppendRejected,
  AppendTooLarge,
  type CommandForStream,
  decideAndAppendMany,
  type Emitted,
  type EventStore,
  IdempotencyKeyReused,
  StreamIncomplete,
} from '@daybook/event-store';
import type { Message } from '@daybook/messaging';
import { traceparentOf } from '../edge/request-id';

/** What a message says of a movement: a transfer to a purse, or an outflow from one. */
export interface Movement
  extends Pick<TransferV1, 'chain' | 'asset' | 'amount' | 'from' | 'txHash' | 'block'> {
  readonly to: string | null;
}

/** A movement and the message that reported it. Messages with the same key are recorded in order. */
export interface Reported<Content> {
  readonly message: Pick<Message, 'id' | 'key' | 'headers'>;
  readonly content: Content;
}

/** A report with the current owner of our address in it. */
export interface Owned<Content, Owner> {
  readonly report: Reported<Content>;
  readonly owner: Owner;
}

/** Why a movement can never be recorded; null if it was recorded. */
export type Unrecordable = string | null;

/** How the movements of one direction become events. */
interface Recording<Content, Owner, Command, Event extends Emitted, State> {
  readonly store: EventStore;
  readonly decider: Decider<Command, Event, State>;
  /** Undefined where no purse has our address. */
  ownersOf(contents: readonly Content[]): Promise<readonly (Owner | undefined)[]>;
  /** The address in it that should be a purse's. */
  ourAddress(content: Content): string;
  /** The command of each report, for the stream of its movement. */
  commandsFor(
    owned: readonly Owned<Content, Owner>[],
  ): Promise<readonly CommandForStream<Command>[]>;
}

/** Far more than a movement needs, and far below the limit of an append. */
const CHARACTERS_MAX = 10_000;

/** The rules threw an unexpected error. It concerns this movement alone. */
class Undecidable extends Error {
  override readonly name = 'Undecidable';
}

/**
 * Records the movements that chain-watchers report. Each is decided on its own; a rejection by the rules is
 * an event with a reason. All owners are read at once, and all events are appended in one call if no
 * decision throws. The answer has, per movement, why it can never be recorded, or null. If that is known
 * before the append, the rest of the key is not recorded. Rejects if the store or the owners cannot be read.
 * The batch may then be delivered again, because every effect is identified by its movement and version.
 */
export async function recordReports<
  Content extends Movement,
  Owner,
  Command,
  Event extends Emitted,
  State,
>(
  reports: readonly Reported<Content>[],
  recording: Recording<Content, Owner, Command, Event, State>,
): Promise<readonly Unrecordable[]> {
  const { store, ourAddress } = recording;
  const decider = guarded(recording.decider);
  const reasons = new Map<Reported<Content>, string>();

  async function record(owned: readonly Owned<Content, Owner>[]): Promise<void> {
    const commands = await recording.commandsFor(owned);
    try {
      const results = await decideAndAppendMany(store, decider, commands);
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
      for (const one of owned) {
        if (stopped.has(one.report.message.key)) continue;
        await record([one]);
        if (reasons.has(one.report)) stopped.add(one.report.message.key);
      }
    }
  }

  const reported = reports.map((report) => ({ report }));
  const storable = upToFirst(reported, ({ report }) => unstorable(report), reasons);
  const owners = await recording.ownersOf(storable.map(({ report }) => report.content));
  const found = storable.map(({ report }, i) => ({ report, owner: owners[i] }));
  // A purse is missing if a watcher follows another ledger, or the ledger was restored from a backup.
  const withoutPurse = ({ report, owner }: (typeof found)[number]) =>
    owner === undefined ? `No purse has the address ${ourAddress(report.content)}.` : null;
  await record(upToFirst(found, withoutPurse, reasons) as readonly Owned<Content, Owner>[]);
  return reports.map((report) => reasons.get(report) ?? null);
}

/** The decider, with errors that are no refusals as `Undecidable`. */
function guarded<Command, Event, State>(
  decider: Decider<Command, Event, State>,
): Decider<Command, Event, State> {
  return {
    ...decider,
    decide(command, state) {
      try {
        return decider.decide(command, state);
      } catch (error) {
        if (error instanceof DomainError) throw error;
        throw new Undecidable(`It cannot be decided: ${error}`, { cause: error });
      }
    },
  };
}

/**
 * The message as the origin of events. It is the same in every delivery, so a movement that is recorded
 * again, perhaps by another process, has the same events.
 */
export function originOf({ id, headers }: Reported<unknown>['message']) {
  const traceparent = traceparentOf({ headers: { traceparent: headers.ce_traceparent } });
  const ids = { actor: 'watcher', correlationId: id, causationId: id };
  return traceparent === undefined ? ids : { ...ids, traceparent };
}

/** The reports of each key before its first one with a reason; that reason is noted. */
function upToFirst<Content, Item extends { readonly report: Reported<Content> }>(
  items: readonly Item[],
  reasonOf: (item: Item) => Unrecordable,
  reasons: Map<Reported<Content>, string>,
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

function unstorable({ message, content }: Reported<Movement>): Unrecordable {
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

/** Null if it was recorded. Throws retryable errors, so that the batch is delivered again. */
function reasonIn(result: unknown): Unrecordable {
  if (!(result instanceof Error)) return null;
  const isPermanent =
    result instanceof AppendRejected ||
    result instanceof AppendTooLarge ||
    result instanceof StreamIncomplete ||
    result instanceof DomainError ||
    result instanceof IdempotencyKeyReused;
  if (isPermanent) return result.message;
  throw result;
}
