import {
  account,
  earliestExpiry,
  expiryOf,
  type Family,
  fold,
  PURSE_STATUS_AFTER,
  type PurseEvent,
  type PurseExpiry,
  purse,
  streamName,
  upcast,
} from '@daybook/domain';
import { decideAndAppend, EventStore, loadStates, type RecordedEvent } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler, Query, QueryBus } from '@nestjs/cqrs';
import { ChainRegistry, ListChainHeads } from '../chains';
import type { Later } from '../reactions/due-times';

/** A watcher reports every ten seconds. After this time without a report its chain is silent. */
const SILENT_AFTER_MS = 5 * 60_000;
/** When to check again what keeps a purse from expiring. Periods are days, so this delays little. */
const HELD_MS = 60 * 60_000;

/** The use of a purse, with everything that was recorded before it was asked for. */
export interface PurseReplenishments {
  /** When the last receipt that was not reversed was confirmed; RFC 3339. */
  readonly lastReceiptAt: string | null;
  /** How many replenishments are seen, detected or being screened. */
  readonly open: number;
  /** Why a transfer that was reported may not be recorded yet, or null. */
  readonly unrecorded: string | null;
}

/** How a purse is used. Purses may not import replenishments, so that feature has the handler. */
export class GetPurseReplenishments extends Query<PurseReplenishments> {
  constructor(
    readonly purse: {
      readonly id: string;
      readonly customerId: string;
      readonly family: Family;
      /** Canonical. */
      readonly address: string;
    },
  ) {
    super();
  }
}

/**
 * Archives a purse whose period without a receipt has ended, unless a deposit may be under way: see
 * docs/purse-expiry.md. The result says when to check the purse again; null if it is not in use or never
 * expires.
 */
export class ExpirePurse extends Command<Later | null> {
  constructor(
    readonly purseId: string,
    /** The database's time, RFC 3339. */
    readonly at: string,
    /** Periods start at this time at the earliest, RFC 3339. */
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
    private readonly chains: ChainRegistry,
  ) {}

  async execute({ purseId, at, countsFrom }: ExpirePurse): Promise<Later | null> {
    const stream = streamName('purse', purseId);
    const history = await this.store.readStream(stream);
    const state = fold(purse, history.map(upcast) as PurseEvent[]);
    if (state.status !== 'active') return null;
    const { accountId, customerId, family, address, restorations } = state;
    const policy = await this.policyOf(accountId);
    const nextLook = earliestExpiry(policy, at);
    if (nextLook === null) return null;

    // Before the replenishments: what a chain had reported by now is then either recorded or found missing.
    const chainTrouble = await this.chainTrouble(family, at);
    const { lastReceiptAt, open, unrecorded } = await this.queries.execute(
      new GetPurseReplenishments({ id: purseId, customerId, family, address }),
    );
    const activation = activationIn(history);
    const activeSince = latest(activation.recordedAt, countsFrom);
    const use = { activeSince, lastReceiptAt };
    const expiry = expiryOf(policy, use);
    // Unused purses do not expire, but a receipt may start the other period at any time.
    if (expiry === null) return { dueAt: nextLook, because: null };
    if (Date.parse(expiry.at) > Date.parse(at)) return { dueAt: expiry.at, because: null };

    const heldBy =
      open > 0 ? 'A replenishment of the purse is open.' : (unrecorded ?? chainTrouble);
    const facts = { policy, use, restorations, heldBy };
    const after = await decideAndAppend(this.store, {
      stream,
      decider: purse,
      command: { type: 'ExpirePurse', accountId, at, facts },
      // At most one effect per mint or restoration, however often this is repeated.
      commandId: `expire:${restorations}`,
      metadata: {
        ...{ accountId, actor: 'system', causationId: activation.id },
        correlationId: activation.metadata.correlationId ?? activation.id,
      },
    });
    if (after.state.status !== 'active') return null;
    return { dueAt: new Date(Date.parse(at) + HELD_MS).toISOString(), because: heldBy };
  }

  private async policyOf(accountId: string): Promise<PurseExpiry> {
    const stream = streamName('account', accountId);
    const state = (await loadStates(this.store, account, [stream])).get(stream);
    if (state === undefined || state.status === 'absent') {
      throw new Error(`${stream} was never opened.`);
    }
    return state.policy.purseExpiry;
  }

  /**
   * Why a deposit on a chain of this family may not be reported yet, or null. Checks the chains that the
   * ledger is configured with, and those that any watcher has ever reported: watchers may be configured
   * elsewhere. A chain that is only known, such as a preset, is not watched, so nothing is expected of it.
   */
  private async chainTrouble(family: Family, at: string): Promise<string | null> {
    const heads = await this.queries.execute(new ListChainHeads());
    const headOf = new Map(heads.map((head) => [head.chain, head]));
    const { chains, connections } = this.chains.registry;
    const ofFamily = new Set(chains.filter((each) => each.family === family).map(({ id }) => id));
    const watched = new Set([...connections, ...heads].map(({ chain }) => chain));
    for (const chain of watched) {
      if (!ofFamily.has(chain)) continue;
      const head = headOf.get(chain);
      // A report from the future proves nothing about now, so it also counts as old.
      const ageMs = head ? Math.abs(Date.parse(at) - Date.parse(head.observedAt)) : Infinity;
      if (ageMs > SILENT_AFTER_MS) return `Chain ${chain} is silent.`;
      if (head?.paused) return `Chain ${chain} is paused.`;
      if (head?.state !== 'following') return `Chain ${chain} is behind.`;
    }
    return null;
  }
}

/** The mint or the last restoration of a purse in use. */
function activationIn(history: readonly RecordedEvent[]): RecordedEvent {
  const activation = history.findLast(
    ({ type }) => PURSE_STATUS_AFTER[type as PurseEvent['type']] === 'active',
  );
  if (activation === undefined) throw new Error('A purse in use was never minted.');
  return activation;
}

function latest(a: string, b: string): string {
  return Date.parse(a) > Date.parse(b) ? a : b;
}
