/**
 * A decider is the whole of an aggregate: what it knows, what it decides and how history shapes it.
 * All three members are pure, so any decision can be derived again from the log.
 *
 * `decide` returns the events of an accepted command, or `[]` when the command is a repeat of what
 * already holds; it refuses with a `DomainError`. `evolve` never throws: history cannot be refused.
 */
export interface Decider<Command, Event, State> {
  readonly initialState: State;
  decide(command: Command, state: State): readonly Event[];
  evolve(state: State, event: Event): State;
}

/** The state that a history leads to, starting from `from` (the initial state when left out). */
export function fold<Command, Event, State>(
  decider: Decider<Command, Event, State>,
  history: Iterable<Event>,
  from: State = decider.initialState,
): State {
  let state = from;
  for (const event of history) state = decider.evolve(state, event);
  return state;
}
