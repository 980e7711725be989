import {
  type Act,
  account,
  addressBranch,
  customer,
  type Decider,
  type Derivation,
  fold,
  type IssuedKeys,
  type LostDetails,
  type OperatorCommand,
  operator,
  type PurseCommand,
  type PurseState,
  purse,
  streamName,
  upcast,
} from '@daybook/domain';
import {
  type Emitted,
  type EventStore,
  type Position,
  type RecordedEvent,
  START,
  StreamIncomplete,
} from '@daybook/event-store';
import { lostPurseIdOf } from '../../../ledger/src/edge/identity';
import type {
  AccountKnown,
  BranchKnown,
  CustomerKnown,
  KeyKnown,
  OperatorKnown,
  OtherKnown,
  PurseKnown,
} from './rows';

// What the tables know and the log lost, as the commands that bring it back.

/** A stream of the log, as far as the tables may know more of it. */
export interface Found<State> {
  readonly state: State;
  /** Whether the log has nothing of the stream from after the position up to which it agrees with the tables. */
  readonly isOlder: boolean;
}

/** The commands for one stream, which are appended together or not at all. */
export interface Return<Command> {
  readonly stream: string;
  readonly accountId: string;
  readonly commands: readonly Command[];
  /** What is recorded where they are refused. */
  readonly lost: LostDetails;
}

/** How rows of one kind come back. */
export interface Returning<Row, Command, State> {
  readonly decider: Decider<Command, Emitted, State>;
  streamOf(row: Row): string;
  /** Null for what cannot come back. `act` is evidence of why the log is adopted. */
  commandsFor(row: Row, found: Found<State>, act: Act): readonly Command[] | null;
  accountOf(row: Row): string;
  detailsOf(row: Row): LostDetails;
}

const NOTHING = { customerId: null, purseId: null, asset: null, amount: null } as const;
const details = (status: string, known: Partial<LostDetails> = {}): LostDetails => ({
  ...{ ...NOTHING, txHash: null, blockNumber: null, status },
  ...known,
});

type KeyCommand = Extract<OperatorCommand, { readonly keyId: string }>;

/** A key that was revoked works again in the older log, so that is the first to come back. */
function keyCommands(
  keys: readonly KeyKnown[],
  issued: IssuedKeys,
  { reason }: Act,
): readonly KeyCommand[] {
  return keys.flatMap(({ keyId, keyHash, scopes, expiresAt, revoked }): readonly KeyCommand[] => {
    const known = issued[keyId];
    const issue = { type: 'IssueApiKey', keyId, keyHash, scopes, name: null, expiresAt } as const;
    const revoke = { type: 'RevokeApiKey', keyId, reason } as const;
    if (known !== undefined && known.keyHash !== keyHash) return [];
    return [
      ...(known === undefined ? [issue] : []),
      ...(revoked && known?.isRevoked !== true ? [revoke] : []),
    ];
  });
}

/** Rows that come back by the rules of a decider. */
function returning<Row>() {
  return <Command, Event, State>(
    decider: Decider<Command, Event, State>,
    rows: Omit<Returning<Row, Command, State>, 'decider'>,
  ): Returning<Row, Command, State> =>
    // What is read from its streams is what it emitted.
    ({ ...rows, decider: decider as unknown as Decider<Command, Emitted, State> });
}

export const accounts = returning<AccountKnown>()(account, {
  streamOf: ({ id }) => streamName('account', id),
  accountOf: ({ id }) => id,
  detailsOf: () => details('open'),
  commandsFor({ name, screening, unusedDays, idleDays, keys }, { state, isOlder }, act) {
    const isAbsent = state.status === 'absent';
    const open = { type: 'OpenAccount', name, policy: { screening } } as const;
    const purseExpiry = { unusedDays, idleDays };
    const change = { type: 'ChangeAccountPolicy', purseExpiry, reason: act.reason } as const;
    return [
      ...(isAbsent ? [open] : []),
      ...(isOlder ? [change] : []),
      ...keyCommands(keys, isAbsent ? {} : state.keys, act),
    ];
  },
});

export const operators = returning<OperatorKnown>()(operator, {
  streamOf: ({ id }) => streamName('operator', id),
  accountOf: () => '',
  detailsOf: () => details('added'),
  commandsFor({ name, keys }, { state }, act) {
    const isAbsent = state.status === 'absent';
    const add = { type: 'AddOperator', name } as const;
    return [...(isAbsent ? [add] : []), ...keyCommands(keys, isAbsent ? {} : state.keys, act)];
  },
});

export const branches = returning<BranchKnown>()(addressBranch, {
  streamOf: ({ branch }) => streamName('branch', String(branch)),
  accountOf: () => '',
  detailsOf: () => details('open'),
  commandsFor: ({ branch, openedAt: at }) => [{ type: 'OpenAddressBranch', branch, at }],
});

export const customers = returning<CustomerKnown>()(customer, {
  streamOf: ({ id }) => streamName('customer', id),
  accountOf: ({ accountId }) => accountId,
  detailsOf: ({ id, status }) => details(status, { customerId: id }),
  commandsFor({ id: _, status, ...known }, found, { reason }) {
    if (!found.isOlder) return [];
    const { accountId } = known;
    const restore = { type: 'RestoreCustomer', ...known } as const;
    const at = known.createdAt;
    if (status === 'erased') {
      return [restore, { type: 'EraseCustomer', accountId, reason, at }] as const;
    }
    const type = status === 'blocked' ? 'BlockCustomer' : 'UnblockCustomer';
    return [restore, { type, accountId, reason }] as const;
  },
});

/** A purse whose address is to be found below an xpub. */
export type PurseWithPath = PurseKnown & { readonly derivation: Derivation | null };

/** Purses that the log has with the same address, or has not at all. */
export const purses = returning<PurseWithPath>()(purse, {
  streamOf: ({ id }) => streamName('purse', id),
  accountOf: ({ accountId }) => accountId,
  detailsOf: detailsOfPurse,
  commandsFor(row, { state, isOlder }, act) {
    const { accountId, address, derivation } = row;
    if (!isOlder || isElsewhere(row, { state, isOlder })) return [];
    if (state.status === 'absent') {
      const minted = mint(row);
      return (
        minted && [...minted, ...statusCommands(row, { status: 'active', restorations: 0 }, act)]
      );
    }
    const assigned =
      state.address === address || derivation === null
        ? []
        : [{ type: 'AssignAddress', accountId, address, derivation, ...assignedNow(act) } as const];
    return [...assigned, ...statusCommands(row, state, act)];
  },
});

/** Purses that have another address in the log: what they had becomes a purse of its own until its owner is confirmed. */
export const unownedPurses: Returning<PurseWithPath, PurseCommand, PurseState> = {
  ...purses,
  streamOf: ({ family, address }) => streamName('purse', lostPurseIdOf(family, address)),
  commandsFor(row, { state }, { reason }) {
    if (state.status !== 'absent') return [];
    const minted = mint(row);
    return minted && [...minted, { type: 'LoseOwner', accountId: row.accountId, reason }];
  },
};

/** Whether the log gave the purse another address since, so that its own may not come back under its id. */
export function isElsewhere(
  { address, isHeld, wasAssigned }: PurseKnown,
  { state, isOlder }: Found<PurseState>,
): boolean {
  if (state.status === 'absent' || state.address === address) return false;
  return !isHeld && !(wasAssigned && isOlder);
}

/** Whether the log is to have an address that it does not have, so that its path must be found. */
export function needsPath(row: PurseKnown, found: Found<PurseState>): boolean {
  const { state, isOlder } = found;
  if (state.status === 'absent') return row.owner !== null;
  return state.address !== row.address && !row.isHeld && (isElsewhere(row, found) || isOlder);
}

/** Null where nobody knows whose it was. */
function mint({ owner, derivation, ...row }: PurseWithPath): readonly PurseCommand[] | null {
  if (owner === null || derivation === null) return null;
  const { accountId, customerId, family, address, outsideOrderId, mintedAt: at } = row;
  const minted = { accountId, customerId, family, address, derivation, outsideOrderId, at };
  return [{ type: 'MintPurse', ...minted, facts: { owner } }];
}

type Minted = Exclude<PurseState, { status: 'absent' }>;

function assignedNow(act: Act) {
  return { at: new Date().toISOString(), facts: { isHeld: true }, ...act };
}

function statusCommands(
  { accountId, status, wasRestored, declinedBy }: PurseKnown,
  { status: now, restorations }: Pick<Minted, 'status' | 'restorations'>,
  act: Act,
): readonly PurseCommand[] {
  const archive = { type: 'ArchivePurse', accountId, reason: 'requested' } as const;
  const restore = { type: 'RestorePurse', accountId } as const;
  if (status === now) {
    return status === 'active' && wasRestored && restorations === 0 ? [archive, restore] : [];
  }
  switch (status) {
    case 'active':
      return now === 'unowned' ? [{ type: 'ConfirmOwner', accountId, ...act }] : [restore];
    case 'archived':
      return [archive];
    case 'declined':
      // Without the transfer nobody could tell why it was declined, so it is at least out of use.
      return declinedBy === null
        ? [archive]
        : [{ type: 'DeclinePurse', accountId, replenishmentId: declinedBy }];
    case 'unowned':
      return [{ type: 'LoseOwner', accountId, reason: act.reason }];
  }
}

function detailsOfPurse({ id, customerId, status }: PurseKnown): LostDetails {
  return details(status, { customerId, purseId: id });
}

export function detailsOfOther(known: OtherKnown): LostDetails {
  const { status, customerId, purseId, asset, amount, txHash, blockNumber } = known;
  return { status, customerId, purseId, asset, amount, txHash, blockNumber };
}

/** A decider of several commands in their order, of which all or none take effect. */
export function inTurn<Command, Event, State>(
  decider: Decider<Command, Event, State>,
): Decider<readonly Command[], Event, State> {
  return {
    ...decider,
    decide(commands, before) {
      let state = before;
      return commands.flatMap((command) => {
        const events = decider.decide(command, state);
        state = events.reduce((at, event) => decider.evolve(at, event), state);
        return events;
      });
    },
  };
}

/** What the log has of each row; null for a stream of which events are gone. */
export async function foundIn<Row, Command, State>(
  store: EventStore,
  { decider, streamOf }: Returning<Row, Command, State>,
  rows: readonly Row[],
  through: Position,
): Promise<readonly (Found<State> | null)[]> {
  const histories = await store.readStreams(rows.map((row) => ({ stream: streamOf(row) })));
  return rows.map((row) => {
    try {
      const history: readonly RecordedEvent[] = histories.get(streamOf(row)) ?? [];
      const events: readonly Emitted[] = history.map(upcast);
      const last = history.at(-1)?.position ?? START;
      return { state: fold(decider, events), isOlder: last <= through };
    } catch (error) {
      if (error instanceof StreamIncomplete) return null;
      throw error;
    }
  });
}
