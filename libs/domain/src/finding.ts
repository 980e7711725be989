import { type Act, isRepeat, referenceReused, requireAct } from './act';
import type { BookKind, Posting } from './books';
import type { Decider } from './decider';
import { DomainError } from './errors';
import type {
  Claimant,
  Evidence,
  Extent,
  FindingCommand,
  FindingEnd,
  FindingEvent,
  FindingState,
  KnownFinding as Known,
  Observation,
  Subject,
} from './finding-event';

/**
 * A finding is opened once for each difference, is updated in place, and stays until it is explained or an
 * operator resolves it. What comes back opens it again. Observations may arrive repeatedly and in any order:
 * one that is not newer than the last changes nothing.
 */
export const finding: Decider<FindingCommand, FindingEvent, FindingState> = {
  initialState: { status: 'absent' },

  decide(command, state) {
    switch (command.type) {
      case 'OpenFinding': {
        const { type: _, ...found } = command;
        return open({ ...found, observed: null }, state);
      }
      case 'ExplainFinding':
        return explain(state, null);
      case 'RecordDifference':
        return record(command, state);
      case 'CreditFinding':
      case 'NoteFinding':
      case 'RequestFindingRescan':
        return resolve(command, state);
    }
  },

  evolve(state, event) {
    if (event.type === 'FindingOpened') {
      const { corrected, to, acts } = state.status === 'absent' ? NEW : state;
      return { ...event.data, status: 'open', how: null, corrected, to, acts };
    }
    if (state.status === 'absent') return state;
    switch (event.type) {
      case 'FindingUpdated':
        return { ...state, ...event.data };
      case 'FindingRescanRequested': {
        const { reason, reference } = event.data;
        return { ...state, acts: [...state.acts, { type: 'rescan', reason, reference }] };
      }
      case 'FindingClosed': {
        const { how, difference, moved, observed, reason, reference } = event.data;
        const isAct = reason !== null && reference !== null;
        const about = how === 'credited' ? creditText(event.data) : {};
        const acts = isAct
          ? [...state.acts, { type: how, reason, reference, ...about }]
          : state.acts;
        const corrected = state.corrected + BigInt(moved);
        const to = event.data.to ?? state.to;
        const last = observed ?? state.observed;
        return { ...state, status: 'closed', how, difference, corrected, to, acts, observed: last };
      }
    }
  },
};

const NEW = { corrected: 0n, to: null, acts: [] };

/** The journal of a finding that ends: what an operator booked, or what takes that back. */
export function findingPostings(
  data: Extract<FindingEvent, { type: 'FindingClosed' }>['data'],
): readonly Posting[] {
  const { accountId, customerId, purseId, kind, asset, to } = data;
  const moved = BigInt(data.moved);
  if (moved === 0n || to === null) return [];
  // An outflow is out of custody already, and waits in suspense.
  const other: BookKind =
    kind === 'unplanned-outflow' ? 'suspense/unplanned-outflow' : 'custody/purse';
  const claim: BookKind = `claim/${to}`;
  const [debit, credit] = moved > 0n ? [other, claim] : [claim, other];
  const amount = moved > 0n ? moved : -moved;
  const parties = { accountId, customerId, purseId, chargeId: null };
  return [{ kind: 'finding', debit, credit, asset, amount, ...parties }];
}

function open(found: Subject & Extent & Evidence, state: FindingState): readonly FindingEvent[] {
  if (state.status === 'absent') return [opened(found, 1)];
  const isSame = found.difference === state.difference;
  if (state.status === 'open') return isSame ? [] : [updated(found, state)];
  if (state.how === 'explained') return [opened(found, state.opening + 1)];
  // What was resolved stays resolved, unless it is about something else now.
  return isSame ? [] : [...explain(state, null), opened(found, state.opening + 1)];
}

function explain(state: FindingState, observed: Observation | null): readonly FindingEvent[] {
  if (state.status === 'absent' || state.how === 'explained') return [];
  // The cause of a charge is gone, so the charge is too. A difference of balances counts corrections itself.
  const moved = state.kind === 'unexplained' ? 0n : -state.corrected;
  const difference = state.kind === 'unexplained' ? '0' : state.difference;
  const act = { reason: null, reference: null };
  return [closed(state, { how: 'explained', difference, moved, to: state.to, observed, ...act })];
}

function record(
  command: Extract<FindingCommand, { type: 'RecordDifference' }>,
  state: FindingState,
): readonly FindingEvent[] {
  const { accountId, customerId, purseId, chain, address, asset, observed, facts } = command;
  const last = state.status === 'absent' ? null : state.observed;
  if (!isNewer(observed, last) || !isNewer(observed, facts.latest)) return [];
  const corrected = state.status === 'absent' ? 0n : state.corrected;
  const difference = command.onChain - command.recorded - corrected;
  const isKnown = state.status !== 'absent' && state.difference === String(difference);
  if (difference === 0n) {
    const isThere = state.status === 'open' || (state.status === 'closed' && state.how === 'noted');
    return isThere ? explain(state, observed) : [];
  }
  const fromBlock = facts.balancedAt === null ? null : facts.balancedAt + 1;
  const extent = { difference: String(difference), fromBlock, toBlock: observed.block.number };
  const parties = { accountId, customerId, purseId };
  const subject = { kind: 'unexplained', chain, address, asset, subject: null } as const;
  const found = { ...parties, ...subject, ...extent, observed };
  if (state.status === 'open') return isKnown ? [] : [updated(found, state)];
  // A difference that an operator has noted is known. Another one is news.
  if (state.status === 'closed' && state.how === 'noted' && isKnown) return [];
  return [opened(found, state.status === 'absent' ? 1 : state.opening + 1)];
}

/** Whether an observation is of a later block, or a later one of the same block. */
export function isNewer(observed: Observation, last: Observation | null): boolean {
  if (last === null) return true;
  const by = observed.block.number - last.block.number;
  return by > 0 || (by === 0 && Date.parse(observed.at) > Date.parse(last.at));
}

/**
 * Refuses with `finding-not-found`, `invalid-reason`, `invalid-reference`, `reference-reused`, `finding-closed`,
 * `finding-not-creditable`, `finding-changed`, `custody-too-low`.
 */
function resolve(
  command: Extract<FindingCommand, Act>,
  state: FindingState,
): readonly FindingEvent[] {
  if (state.status === 'absent') {
    throw new DomainError('finding-not-found', 'There is no finding with this id.');
  }
  const act = { reason: command.reason, reference: command.reference };
  requireAct(act);
  const about = command.type === 'CreditFinding' ? creditText(command) : {};
  if (isRepeat({ type: ACT_OF[command.type], ...act, ...about }, state.acts)) {
    // What ended it has not ended it again.
    const isEnded = state.status === 'closed' || command.type === 'RequestFindingRescan';
    if (isEnded) return [];
    throw referenceReused(act);
  }
  if (state.status === 'closed') {
    throw new DomainError('finding-closed', `The finding is closed already: it was ${state.how}.`);
  }
  const { accountId, customerId, purseId, difference } = state;
  const parties = { accountId, customerId, purseId };
  switch (command.type) {
    case 'NoteFinding':
      return [closed(state, { how: 'noted', difference, moved: 0n, to: null, ...act })];
    case 'RequestFindingRescan': {
      const { watchRequestId, fromBlock, toBlock } = command;
      const data = { ...parties, watchRequestId, fromBlock, toBlock, ...act };
      return [{ type: 'FindingRescanRequested', data }];
    }
    case 'CreditFinding': {
      requireCreditable(command, state);
      const moved = BigInt(difference);
      return [closed(state, { how: 'credited', difference, moved, to: command.to, ...act })];
    }
  }
}

const ACT_OF = {
  CreditFinding: 'credited',
  NoteFinding: 'noted',
  RequestFindingRescan: 'rescan',
} as const;

function requireCreditable(
  { difference, facts }: Extract<FindingCommand, { type: 'CreditFinding' }>,
  state: Known,
): void {
  if (state.kind === 'unreadable') {
    throw new DomainError(
      'finding-not-creditable',
      'Nobody knows the amount of an unreadable transfer; credit the difference of the balance instead.',
    );
  }
  if (difference !== state.difference) {
    throw new DomainError(
      'finding-changed',
      `The difference is ${state.difference} base units by now, not ${difference}.`,
    );
  }
  const now = facts.difference ?? null;
  if (now !== null && `${now}` !== difference) {
    throw new DomainError(
      'finding-changed',
      `By what was recorded since, such as in a rescan, the difference is ${now} base units. Wait until the balance is compared again.`,
    );
  }
  // An outflow is out of custody already.
  const isShort = state.kind === 'unexplained' && facts.custody + BigInt(difference) < 0n;
  if (isShort) {
    throw new DomainError(
      'custody-too-low',
      `The purse holds ${facts.custody} base units of the asset, less than the difference.`,
    );
  }
}

function opened(found: Subject & Extent & Evidence, opening: number): FindingEvent {
  return { type: 'FindingOpened', data: { ...found, opening } };
}

/** The first block stays what it was when the finding was opened. */
function updated({ difference, toBlock, observed }: Extent & Evidence, state: Known): FindingEvent {
  const { accountId, customerId, purseId, fromBlock } = state;
  const extent = { difference, fromBlock, toBlock, observed };
  return { type: 'FindingUpdated', data: { accountId, customerId, purseId, ...extent } };
}

interface Closing {
  readonly how: FindingEnd;
  readonly difference: string;
  readonly moved: bigint;
  readonly to: Claimant | null;
  readonly observed?: Observation | null;
  readonly reason: string | null;
  readonly reference: string | null;
}

function closed(state: Known, { moved, to, observed = null, ...closing }: Closing): FindingEvent {
  const { accountId, customerId, purseId, kind, asset } = state;
  const booked = { moved: String(moved), to: moved === 0n ? null : to };
  const about = { accountId, customerId, purseId, kind, asset };
  return { type: 'FindingClosed', data: { ...about, ...closing, ...booked, observed } };
}

/** What a credit of a finding is about. */
function creditText({ to, difference }: { readonly to: Claimant | null; difference: string }) {
  return { about: `${to} ${difference}` };
}
