import { type Decider, DomainError, fold, type RefusalCode } from '../src';

/** What a command did to a history. A test must expect one of the three. */
export interface Outcome<Command, Event> {
  /** The command is accepted with exactly these events; the next command may follow. */
  emits(...events: readonly [Event, ...Event[]]): Story<Command, Event>;
  /** The command is accepted as a repeat of what already holds. */
  changesNothing(): Story<Command, Event>;
  /** The command is refused with this code, in a sentence, and leaves everything as it was. */
  refuses(code: RefusalCode): Story<Command, Event>;
}

export interface Story<Command, Event> {
  when(command: Command): Outcome<Command, Event>;
}

/** The `given` of one decider: `given(minted).when(mint).changesNothing()`. */
export function specification<Command, Event, State>(
  decider: Decider<Command, Event, State>,
): (...history: readonly Event[]) => Story<Command, Event> {
  const story = (history: readonly Event[]): Story<Command, Event> => ({
    when: (command) => ({
      emits(...events) {
        const emitted = decideTwice(decider, history, command);
        expect(emitted).toEqual(events);
        return story([...history, ...events]);
      },
      changesNothing() {
        expect(decideTwice(decider, history, command)).toEqual([]);
        return story(history);
      },
      refuses(code) {
        expect(refusalOf(() => decideTwice(decider, history, command))).toBe(code);
        return story(history);
      },
    }),
  });
  return (...history) => story(history);
}

/**
 * The decision on frozen input, taken twice: a decider that mutates what it is given throws here, and
 * one that keeps something between calls answers differently.
 */
export function decideTwice<Command, Event, State>(
  decider: Decider<Command, Event, State>,
  history: readonly Event[],
  command: Command,
): readonly Event[] {
  deepFreeze(history);
  deepFreeze(command);
  const state = deepFreeze(fold(decider, history));
  const events = decider.decide(command, state);
  expect(decider.decide(command, state)).toEqual(events);
  return events;
}

function refusalOf(decision: () => unknown): RefusalCode | 'accepted' {
  try {
    decision();
    return 'accepted';
  } catch (error) {
    // Anything but a refusal is a bug, so it goes on to fail the test with its own stack.
    if (!(error instanceof DomainError)) throw error;
    expect(error.message).toMatch(/^[A-Z].*\.$/);
    return error.code;
  }
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
