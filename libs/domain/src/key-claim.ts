import type { CommandIn, Decider, EventIn } from './decider';

/** A request with an `Idempotency-Key`. */
export type KeyClaimCommand = CommandIn<{
  ClaimKey: {
    commandId: string;
    request: string;
    /** The stream of which the request changes nothing; null where it changes something. */
    unchanged: StreamSoFar | null;
  };
}>;

/** A stream up to and with one of its revisions, -1 for none. */
export interface StreamSoFar {
  readonly stream: string;
  /** A decimal string. */
  readonly revision: string;
}

export type KeyClaimEvent = EventIn<{
  IdempotencyKeyClaimed: {
    /** Derived from the key and its owner, and part of the name of the stream. */
    commandId: string;
    /** A hash of the request, keyed with the `Idempotency-Key`, which is not stored. */
    request: string;
  };
  /** The request was carried out, and the stream was as it wanted it at this revision. */
  ClaimedRequestChangedNothing: StreamSoFar;
}>;

export type KeyClaimState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'claimed';
      readonly request: string;
      /** The revision at which each stream needed no change. */
      readonly unchanged: Readonly<Record<string, string>>;
    };

/**
 * An `Idempotency-Key` belongs to the first request that was decided with it, and not refused. A claim without an
 * effect is what a crash leaves on an engine that commits both apart, and is completed by the same request.
 * Whoever claims compares the hash of the request first: the claim of another one is no command of this stream.
 */
export const keyClaim: Decider<KeyClaimCommand, KeyClaimEvent, KeyClaimState> = {
  initialState: { status: 'absent' },

  decide({ commandId, request, unchanged }, state) {
    const isKnown = state.status === 'claimed';
    const claimed: readonly KeyClaimEvent[] = isKnown
      ? []
      : [{ type: 'IdempotencyKeyClaimed', data: { commandId, request } }];
    if (unchanged === null || (isKnown && Object.hasOwn(state.unchanged, unchanged.stream)))
      return claimed;
    return [...claimed, { type: 'ClaimedRequestChangedNothing', data: unchanged }];
  },

  evolve(state, { type, data }) {
    switch (type) {
      case 'IdempotencyKeyClaimed':
        return { status: 'claimed', request: data.request, unchanged: {} };
      case 'ClaimedRequestChangedNothing': {
        if (state.status === 'absent') return state;
        const { stream, revision } = data;
        return { ...state, unchanged: { ...state.unchanged, [stream]: revision } };
      }
    }
  },
};
