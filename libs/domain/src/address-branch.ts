import type { CommandIn, Decider, EventIn } from './decider';

/** So many processes may open their first branch in the same minute without choosing the same. */
const BRANCHES_A_MINUTE = 8;
const MINUTE_MS = 60_000;
/** So many branches above those of its minute may be open because many processes came at once. */
const CROWD_MAX = 64;
/** Where the clock is behind the known branches, from so many the next one is chosen. */
const CHOICES_WITHOUT_CLOCK = 2 ** 16;
/** BIP-32: higher numbers are hardened, and a public key cannot derive them. */
const BRANCHES = 2 ** 31;

export type AddressBranchCommand = CommandIn<{
  OpenAddressBranch: { branch: number; at: string };
}>;

export type AddressBranchEvent = EventIn<{
  AddressBranchOpened: {
    /** The first part of the path of its addresses below the account key. */
    branch: number;
    /** RFC 3339, UTC. */
    openedAt: string;
  };
}>;

export interface AddressBranchState {
  readonly status: 'absent' | 'open';
}

/**
 * A branch of the extended public keys. The process that opened it takes addresses from it, and nobody else ever does:
 * a branch that is open emits nothing for whoever comes later.
 */
export const addressBranch: Decider<AddressBranchCommand, AddressBranchEvent, AddressBranchState> =
  {
    initialState: { status: 'absent' },

    decide({ branch, at }, { status }) {
      return status === 'open'
        ? []
        : [{ type: 'AddressBranchOpened', data: { branch, openedAt: at } }];
    },

    evolve(_, event) {
      switch (event.type) {
        case 'AddressBranchOpened':
          return { status: 'open' };
      }
    },
  };

/** The numbers of the branches that processes open in the minute of a time, unless they are more than eight. */
export function branchesAt(ms: number): { readonly first: number; readonly last: number } {
  const first = Math.floor(ms / MINUTE_MS) * BRANCHES_A_MINUTE;
  return { first, last: first + BRANCHES_A_MINUTE - 1 };
}

/** The beginning of the minute that a branch is named by, in Unix milliseconds. */
export function minuteOfBranch(branch: number): number {
  return Math.floor(branch / BRANCHES_A_MINUTE) * MINUTE_MS;
}

/**
 * The number of the next branch: one of eight of the minute, so that a copy of a database that goes on at another time
 * opens others although it does not know those of the original, and above every known one, whatever clocks say. Where
 * the known ones are far ahead, because a clock was or is wrong, the minute tells copies apart no longer. Then the
 * number is one of so many that two copies hardly choose the same. `random` is from 0 up to 1. Throws `RangeError` when
 * there is none left.
 */
export function nextBranch(nowMs: number, random: number, highest: number): number {
  const { first, last } = branchesAt(nowMs);
  const lowest = Math.max(first, highest + 1);
  const branch = lowest + Math.floor(random * choicesFrom(lowest, last));
  if (branch < BRANCHES) return branch;
  throw new RangeError(
    `Branch ${branch} cannot be derived, as the last is ${BRANCHES - 1}. Is the clock of the database right?`,
  );
}

function choicesFrom(lowest: number, last: number): number {
  if (lowest <= last) return last + 1 - lowest;
  const choices = lowest <= last + CROWD_MAX ? BRANCHES_A_MINUTE : CHOICES_WITHOUT_CLOCK;
  return Math.max(Math.min(choices, BRANCHES - lowest), 1);
}
