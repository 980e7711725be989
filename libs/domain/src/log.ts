import type { CommandIn, Decider, EventIn } from './decider';

export type LogCommand = CommandIn<{
  BeginLog: { logId: string; streamPrefix: string; at: string };
  BeginEpoch: { epoch: number; validThrough: string; reason: string; at: string };
}>;

export type LogEvent = EventIn<{
  LogBegun: {
    /** Tells this log from every other one. A copy of the log has it too. */
    logId: string;
    /** What stands in front of the names of streams at the engine, chosen when the log began; empty for none. */
    streamPrefix: string;
    /** RFC 3339, UTC. */
    begunAt: string;
  };
  LogEpochBegun: {
    /** Counts from 1, which needs no event. */
    epoch: number;
    /** What was read in earlier epochs holds up to this position; beyond it, it is void. */
    validThrough: string;
    reason: string;
    begunAt: string;
  };
}>;

/** An epoch that ended, and up to which position what was read in it holds. */
export interface EndedEpoch {
  readonly epoch: number;
  readonly validThrough: string;
}

export type LogState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'begun';
      readonly logId: string;
      readonly epoch: number;
      readonly streamPrefix: string;
      /** In their order. One stands for the epochs before it, too, down to the one before it in this list. */
      readonly ended: readonly EndedEpoch[];
    };

/**
 * The identity of the event log, in a stream of its own. The first process on a log begins it, and whoever comes later
 * finds it begun. A new epoch begins when a log goes on that has lost its end, because its positions mean something
 * else then. Its number is above those of all epochs that readers know: a backup may be from before some of them.
 */
export const log: Decider<LogCommand, LogEvent, LogState> = {
  initialState: { status: 'absent' },

  decide(command, state) {
    switch (command.type) {
      case 'BeginLog': {
        const { logId, streamPrefix, at } = command;
        if (state.status === 'begun') return [];
        return [{ type: 'LogBegun', data: { logId, streamPrefix, begunAt: at } }];
      }
      case 'BeginEpoch': {
        const { epoch, validThrough, reason, at } = command;
        if (state.status === 'absent' || epoch <= state.epoch) return [];
        return [{ type: 'LogEpochBegun', data: { epoch, validThrough, reason, begunAt: at } }];
      }
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'LogBegun': {
        const { logId, streamPrefix } = event.data;
        return { status: 'begun', logId, epoch: 1, streamPrefix, ended: [] };
      }
      case 'LogEpochBegun': {
        if (state.status === 'absent') return state;
        const { epoch, validThrough } = event.data;
        const ended = [...state.ended, { epoch: epoch - 1, validThrough }];
        return { ...state, epoch, ended };
      }
    }
  },
};
