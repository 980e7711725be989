/** The events of an aggregate: a union made of a map from their types to their data. */
export type EventIn<Data> = {
  [Type in keyof Data]: { readonly type: Type; readonly data: Readonly<Data[Type]> };
}[keyof Data];

/** The commands of an aggregate: a union made of a map from their types to their fields. */
export type CommandIn<Fields> = {
  [Type in keyof Fields]: { readonly type: Type } & Readonly<Fields[Type]>;
}[keyof Fields];

/**
 * A decider is a whole aggregate: its state, its decisions, and how events change the state. All
 * three members are pure, so any decision can be derived again from the log.
 *
 * `decide` returns the events of an accepted command, or `[]` when the command repeats what already
 * holds; it refuses with a `DomainError`. `evolve` never throws: history cannot be refused.
 */
export interface Decider<Command, Event, State> {
  readonly initialState: State;
  decide(command: Command, state: State): readonly Event[];
  evolve(state: State, event: Event): State;
}

/** The state that a history leads to, starting from `from`. */
export function fold<Command, Event, State>(
  decider: Decider<Command, Event, State>,
  history: Iterable<Event>,
  from: State = decider.initialState,
): State {
  let state = from;
  for (const event of history) state = decider.evolve(state, event);
  return state;
}
