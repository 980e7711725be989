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

export type LogState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'begun';
      readonly logId: string;
      readonly epoch: number;
      readonly streamPrefix: string;
    };

/**
 * The identity of the event log, in a stream of its own. The first process on a log begins it, and whoever comes later
 * finds it begun. A new epoch begins when a log goes on that has lost its end, because its positions mean something
 * else then.
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
        if (state.status === 'absent' || epoch !== state.epoch + 1) return [];
        return [{ type: 'LogEpochBegun', data: { epoch, validThrough, reason, begunAt: at } }];
      }
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'LogBegun': {
        const { logId, streamPrefix } = event.data;
        return { status: 'begun', logId, epoch: 1, streamPrefix };
      }
      case 'LogEpochBegun':
        return state.status === 'begun' ? { ...state, epoch: event.data.epoch } : state;
    }
  },
};
