import {
  adjustment,
  customerTransfer,
  type Decider,
  DomainError,
  type DomainEvent,
  replenishment,
} from '@daybook/domain';
import {
  AppendRejected,
  AppendTooLarge,
  ConcurrencyConflict,
  EventStore,
  IdempotencyKeyReused,
  type JsonObject,
  loadStates,
  OutcomeUnknown,
  StoreUnavailable,
  withStream,
} from '@daybook/event-store';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { nameOfLog } from '../edge/log-epochs';
import { Problem } from '../edge/problem';
import type { Answer, RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { PositionReached } from '../projections/position-reached';
import { type AcceptedDebit, type Claim, DebitTurns } from './debit-turns';

/** How often a debit is decided at most. Processes that meet at one claim finish the debits of each other. */
const ATTEMPTS_MAX = 50;
/** How long a debit waits until the read models have all that was recorded before it: less than clients wait. */
const CATCH_UP_MS = 5_000;

/** The aggregates whose commands take from a claim, by the kind of their streams. */
const DECIDERS = { adjustment, customer_transfer: customerTransfer, replenishment } as const;
type Debiting = { readonly [Kind in keyof typeof DECIDERS]: (typeof DECIDERS)[Kind] };

/** What a debit takes from. */
export interface DebitedClaim {
  readonly accountId: string;
  /** Null for the account's own claim. */
  readonly customerId: string | null;
  /** CAIP-19. */
  readonly asset: string;
  /** Of the account's claim: no more than what this purse has of it. */
  readonly purseId?: string;
}

export interface Debit<Command> {
  readonly context: RequestContext;
  readonly stream: string;
  readonly claim: DebitedClaim;
  /** The command, with what is available as a fact; null when that does not matter any more. It is plain JSON then. */
  commandWith(available: bigint | null): Command;
}

type StateOf<Kind extends keyof Debiting> = ReturnType<Debiting[Kind]['evolve']>;
type CommandOf<Kind extends keyof Debiting> = Parameters<Debiting[Kind]['decide']>[0];

// A customer's claim is the sum over the customer and the purses.
const OF_CUSTOMER = `
  SELECT sum(f.claim_customer)::text AS available FROM ledger.figures f
   WHERE f.asset = $2 AND f.owner_id IN (
     SELECT $1::uuid UNION ALL SELECT p.id FROM ledger.purse p WHERE p.customer_id = $1)`;
const OF_ACCOUNT = `
  SELECT claim::text AS available FROM ledger.account_claim WHERE account_id = $1 AND asset = $2`;
const AT_PURSE = `
  SELECT claim_account::text AS available FROM ledger.figures WHERE owner_id = $1 AND asset = $2`;

/**
 * Writes commands that take from a claim, so that together they never take more than there is: the one way for
 * everything that must not make a claim negative.
 *
 * Each claim has turns, counted in PostgreSQL, which all processes share; the event log may be elsewhere. A debit is
 * decided in a turn:
 *   1. Read the turn. If a debit is accepted in it, finish that one first, whoever accepted it.
 *   2. Read the end of the event log from its leader, wait until the read models have it, read what is available.
 *   3. Decide. Accept the debit, with the command as it was decided, only if the turn is still the same.
 *   4. Append the event. End the turn when it is certain what became of it.
 *
 * Invariant: a turn ends only when its debit is in the event log or can never be. So whoever reads a turn without an
 * accepted debit finds all earlier debits in the log before the end that is read next, and of those who read the same
 * turn one is accepted. A process that stops after step 3, or never hears the outcome of its append, leaves the
 * accepted debit behind; the next debit of the claim, or the clean-up, writes it with the same ids. Whoever writes it,
 * and how often, it is one event. A lock would not do: it ends with its connection, while the append may still arrive.
 *
 * What takes back (a reversal, a void, a correction of a finding, a forced adjustment) takes no turn: it may make a
 * claim negative anyway. One that is recorded between steps 2 and 4 is as if it had come after the debit.
 */
@Injectable()
export class ClaimDebits {
  private readonly logger = new Logger(ClaimDebits.name);

  constructor(
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
    private readonly reached: PositionReached,
    private readonly turns: DebitTurns,
  ) {}

  /**
   * Writes a command that takes from a claim. A repeat, and what is refused whatever is available, takes no turn.
   * Rejects with what the decider refuses, `IdempotencyKeyReused`, an `EventStoreError`, or a `Problem`: `unavailable`
   * when the read models are behind, `conflict` when other debits kept coming first.
   */
  async write<Kind extends keyof Debiting, Resource>(
    kind: Kind,
    debit: Debit<CommandOf<Kind>>,
    toResource: (state: Exclude<StateOf<Kind>, { status: 'absent' }>) => Resource,
  ): Promise<Answer<Resource>> {
    const { context, stream, claim } = debit;
    const command = debit.commandWith(null);
    // The compiler cannot see that the command is one of this decider.
    const decider = DECIDERS[kind] as unknown as AnyDecider;
    const writer: Writer<Resource> = {
      stream,
      decide: (available, state) =>
        decider.decide(debit.commandWith(available) as never, state as never),
      state: async () => (await loadStates(this.store, decider, [stream])).get(stream),
      write: () =>
        writeAs(this.store, context, stream, decider, command as never, toResource as never),
    };
    if (!(await isNews(writer))) return writer.write();
    const of = { claimantId: claim.customerId ?? claim.accountId, asset: claim.asset };
    const accepted = {
      ...{ log: nameOfLog(this.store.identity), stream, context },
      command: command as unknown as JsonObject,
    };
    // Those of this process follow each other, so that only processes meet at a turn.
    return withStream(this, `${of.claimantId} ${of.asset}`, () =>
      this.inTurn(of, claim, accepted, writer),
    );
  }

  /** Finishes the debits that were accepted longer ago than this and are not known to be written. */
  async finishLeft(seconds: number): Promise<void> {
    for (const claim of await this.turns.leftFor(seconds)) {
      const { number, accepted } = await this.turns.of(claim);
      if (accepted !== null) await this.finish(claim, number, accepted);
    }
  }

  /** What is available of a claim by everything recorded before the call. Rejects with `unavailable`. */
  async available({ accountId, customerId, asset, purseId }: DebitedClaim): Promise<bigint> {
    if (!(await this.reached.headWithin(CATCH_UP_MS))) {
      const detail = 'The read models are behind the event log. Nothing was written.';
      throw new Problem('unavailable', detail, { headers: { 'retry-after': '1' } });
    }
    if (customerId !== null) return this.read(OF_CUSTOMER, [customerId, asset]);
    const ofAccount = await this.read(OF_ACCOUNT, [accountId, asset]);
    if (purseId === undefined) return ofAccount;
    const atPurse = await this.read(AT_PURSE, [purseId, asset]);
    if (atPurse < ofAccount) return atPurse;
    return ofAccount;
  }

  private async inTurn<Resource>(
    of: Claim,
    claim: DebitedClaim,
    accepted: AcceptedDebit,
    writer: Writer<Resource>,
  ): Promise<Answer<Resource>> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const turn = await this.turns.of(of);
      if (turn.accepted !== null) {
        await this.finish(of, turn.number, turn.accepted);
        continue;
      }
      const available = await this.available(claim);
      const state = await writer.state();
      // Another process may have written the same meanwhile.
      if (writer.decide(available, state).length === 0) return writer.write();
      if (await this.turns.accept(of, turn.number, accepted)) {
        return this.carryOut(of, turn.number, writer);
      }
    }
    throw new Problem('conflict', 'Other debits of the same claim kept coming first. Try again.');
  }

  /** Writes what was accepted, and ends its turn if the outcome is certain. */
  private async carryOut<Resource>(
    of: Claim,
    turn: bigint,
    { stream, write }: Pick<Writer<Resource>, 'stream' | 'write'>,
  ): Promise<Answer<Resource>> {
    let answer: Answer<Resource>;
    try {
      answer = await write();
    } catch (error) {
      if (isCertain(error)) await this.turns.end(of, turn);
      // It is accepted, so it may still be written.
      if (error instanceof StoreUnavailable || error instanceof ConcurrencyConflict) {
        throw new OutcomeUnknown(stream, { cause: error });
      }
      throw error;
    }
    await this.turns.end(of, turn).catch((error: unknown) => {
      // It is written, and the next debit ends the turn.
      this.logger.warn({ msg: 'the turn of a debit was not ended', stream, error });
    });
    return answer;
  }

  private async finish(of: Claim, turn: bigint, accepted: AcceptedDebit): Promise<void> {
    const { log, stream, command, context } = accepted;
    // The log went on without its end: what was available then says nothing now, and its writer is gone.
    if (log !== nameOfLog(this.store.identity)) return this.turns.end(of, turn);
    const kind = stream.slice(0, stream.indexOf('-')) as keyof typeof DECIDERS;
    const decider = DECIDERS[kind] as unknown as AnyDecider;
    const write = () => writeAs(this.store, context, stream, decider, command as never, () => null);
    try {
      await this.carryOut(of, turn, { stream, write });
    } catch (error) {
      if (!isCertain(error)) throw error;
    }
  }

  private async read(sql: string, values: readonly string[]): Promise<bigint> {
    const [row] = await this.dataSource.query<{ available: string | null }[]>(sql, [...values]);
    return BigInt(row?.available ?? 0);
  }
}

type AnyDecider = Decider<never, DomainEvent, { readonly status: string }>;

/** One debit, without the types of its aggregate. */
interface Writer<Resource> {
  readonly stream: string;
  decide(available: bigint | null, state: unknown): readonly unknown[];
  state(): Promise<unknown>;
  write(): Promise<Answer<Resource>>;
}

/** Whether it would write something if enough is available. */
async function isNews({ decide, state }: Writer<unknown>): Promise<boolean> {
  const known = await state();
  try {
    return decide(null, known).length > 0;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}

/** Whether nothing was written, and nothing ever is. */
function isCertain(error: unknown): boolean {
  return (
    error instanceof DomainError ||
    error instanceof IdempotencyKeyReused ||
    error instanceof AppendTooLarge ||
    error instanceof AppendRejected
  );
}
