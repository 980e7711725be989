import {
  account,
  earliestExpiry,
  expiryOf,
  type Family,
  fold,
  type PurseEvent,
  type PurseExpiry,
  purse,
  streamName,
  upcast,
} from '@daybook/domain';
import { decideAndAppend, EventStore, loadStates, type RecordedEvent } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import { ChainRegistry, ListChainHeads } from '../chains';
import { PositionReached } from '../projections/position-reached';
import { GetPurseReplenishments } from './get-purse-replenishments';

/** A watcher reports every ten seconds. After this without a report its chain is silent. */
const SILENT_AFTER_MS = 5 * 60_000;
/** When a purse is looked at again that something holds. Periods are days, so this delays little. */
const HELD_MS = 60 * 60_000;
/** Read models that need longer are being rebuilt, or stand still. */
const CATCH_UP_MS = 10_000;

/** When to look at a purse again; `because` says what holds it. */
export interface LookAgain {
  /** RFC 3339, UTC. */
  readonly dueAt: string;
  readonly because: string | null;
}

/**
 * Archives a purse whose period without a receipt has ended, unless something holds it. Answers when to
 * look at it again, or null when it is not in use or never expires.
 */
export class ExpirePurse extends Command<LookAgain | null> {
  constructor(
    readonly purseId: string,
    /** The database's time, RFC 3339. */
    readonly at: string,
    /** Periods count from here at earliest, RFC 3339. */
    readonly countsFrom: string,
  ) {
    super();
  }
}

@CommandHandler(ExpirePurse)
export class ExpirePurseHandler implements ICommandHandler<ExpirePurse> {
  constructor(
    private readonly store: EventStore,
    private readonly queries: QueryBus,
    private readonly reached: PositionReached,
    private readonly chains: ChainRegistry,
  ) {}

  async execute({ purseId, at, countsFrom }: ExpirePurse): Promise<LookAgain | null> {
    const stream = streamName('purse', purseId);
    const history = await this.store.readStream(stream);
    const state = fold(purse, history.map(upcast) as PurseEvent[]);
    if (state.status !== 'active') return null;
    const { accountId, customerId, family, restorations } = state;
    const policy = await this.policyOf(accountId);
    const nextLook = earliestExpiry(policy, at);
    if (nextLook === null) return null;

    await catchUp(this.store, this.reached);
    const { lastReceiptAt, open } = await this.queries.execute(
      new GetPurseReplenishments({ id: purseId, customerId }),
    );
    const activeSince = later(activatedAt(history), countsFrom);
    const use = { activeSince, lastReceiptAt };
    const expiry = expiryOf(policy, use);
    // Nothing was received and unused purses last: a receipt may start the other period any time.
    if (expiry === null) return { dueAt: nextLook, because: null };
    if (Date.parse(expiry.at) > Date.parse(at)) return { dueAt: expiry.at, because: null };

    const heldBy =
      open > 0 ? 'A replenishment of the purse is open.' : await this.chainTrouble(family, at);
    const facts = { policy, use, restorations, heldBy };
    const after = await decideAndAppend(this.store, {
      stream,
      decider: purse,
      command: { type: 'ExpirePurse', accountId, at, facts },
      // One effect for each time that the purse came into use, however often it is repeated.
      commandId: `expire:${restorations}`,
      metadata: { accountId, actor: 'system' },
    });
    if (after.state.status !== 'active') return null;
    return { dueAt: new Date(Date.parse(at) + HELD_MS).toISOString(), because: heldBy };
  }

  private async policyOf(accountId: string): Promise<PurseExpiry> {
    const stream = streamName('account', accountId);
    const state = (await loadStates(this.store, account, [stream])).get(stream);
    if (state?.status !== 'open') throw new Error(`${stream} was never opened.`);
    return state.policy.purseExpiry;
  }

  /**
   * Why a deposit on a chain of this family may not be known yet, or null. Asked of the chains that are
   * configured to be watched; a ledger that is configured for none takes those that report to it.
   */
  private async chainTrouble(family: Family, at: string): Promise<string | null> {
    const heads = await this.queries.execute(new ListChainHeads());
    const headOf = new Map(heads.map((head) => [head.chain, head]));
    const { connections } = this.chains.registry;
    const watched = connections.length > 0 ? connections : heads;
    for (const { chain } of watched) {
      if (this.chains.familyOf(chain) !== family) continue;
      const head = headOf.get(chain);
      // The age counts in both directions: a report from the future proves nothing about now.
      const ageMs = head ? Math.abs(Date.parse(at) - Date.parse(head.observedAt)) : Infinity;
      if (ageMs > SILENT_AFTER_MS) return `Chain ${chain} is silent.`;
      if (head?.state !== 'following') return `Chain ${chain} is behind.`;
    }
    return null;
  }
}

/** When the purse was minted or last restored. */
function activatedAt(history: readonly RecordedEvent[]): string {
  const activation = history.findLast(
    ({ type }) => type === 'PurseMinted' || type === 'PurseRestored',
  );
  if (activation === undefined) throw new Error('A purse in use was never minted.');
  return activation.recordedAt;
}

function later(a: string, b: string): string {
  return Date.parse(a) > Date.parse(b) ? a : b;
}

/**
 * Waits until the read models hold what the log holds now, so that what was recorded before this moment
 * counts, however far they were behind. Rejects when that takes too long.
 */
export async function catchUp(store: EventStore, reached: PositionReached): Promise<void> {
  const head = await store.head();
  if (await reached.within(head, CATCH_UP_MS)) return;
  throw new Error(`The read models have not reached position ${head} of the log.`);
}
