import type { CommandIn, Decider, EventIn } from './decider';

/** What the tables still knew of it, in their words; null for what it has not. */
export interface LostDetails {
  readonly status: string;
  readonly customerId: string | null;
  readonly purseId: string | null;
  readonly asset: string | null;
  /** Base units. */
  readonly amount: string | null;
  readonly txHash: string | null;
  readonly blockNumber: string | null;
}

interface Lost {
  /** The epoch of the log that begins without it. */
  readonly epoch: number;
  readonly accountId: string;
  /** What it was, such as `replenishment/<id>`. */
  readonly subject: string;
  readonly lost: LostDetails;
}

export type LossCommand = CommandIn<{ RecordLoss: Lost & { at: string } }>;

export type LossEvent = EventIn<{
  LossRecorded: Lost & {
    /** RFC 3339, UTC. */
    readonly recordedAt: string;
  };
}>;

export interface LossState {
  readonly status: 'absent' | 'recorded';
}

/**
 * Something of which the log lost events that cannot be written again, because they come from the chain or from an
 * operator's act, and not from the tables. A stream for each thing and epoch.
 */
export const loss: Decider<LossCommand, LossEvent, LossState> = {
  initialState: { status: 'absent' },

  decide({ epoch, accountId, subject, lost, at }, { status }) {
    if (status === 'recorded') return [];
    return [{ type: 'LossRecorded', data: { epoch, accountId, subject, lost, recordedAt: at } }];
  },

  evolve(_, event) {
    switch (event.type) {
      case 'LossRecorded':
        return { status: 'recorded' };
    }
  },
};
