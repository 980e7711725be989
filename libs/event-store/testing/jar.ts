import { randomUUID } from 'node:crypto';
import { type Decider, DomainError } from '@daybook/domain';
import type { Codec } from '../src/codec';
import type { RecordedEvent } from '../src/event-store';

/**
 * A jar of coins, the smallest aggregate on which a mistake shows: a command that counts twice, or on
 * an old state, leaves a wrong number of coins.
 */
export type JarCommand =
  | { readonly type: 'Put'; readonly coins: number }
  | { readonly type: 'Take'; readonly coins: number }
  /** Takes what is more than this, coin by coin: several events, or none. */
  | { readonly type: 'Trim'; readonly coins: number };

export type JarEvent =
  | { readonly type: 'CoinsPut'; readonly data: { readonly coins: number } }
  | { readonly type: 'CoinsTaken'; readonly data: { readonly coins: number } };

export const jar: Decider<JarCommand, JarEvent, { readonly coins: number }> = {
  initialState: { coins: 0 },

  decide(command, state) {
    switch (command.type) {
      case 'Put':
        return [{ type: 'CoinsPut', data: { coins: command.coins } }];
      case 'Take':
        if (state.coins < command.coins) {
          throw new DomainError('invalid-amount', 'There are not that many coins.');
        }
        return [{ type: 'CoinsTaken', data: { coins: command.coins } }];
      case 'Trim': {
        const surplus = Math.max(0, state.coins - command.coins);
        return Array.from({ length: surplus }, () => ({ type: 'CoinsTaken', data: { coins: 1 } }));
      }
    }
  },

  evolve(state, event) {
    const { coins } = event.data;
    return { coins: state.coins + (event.type === 'CoinsPut' ? coins : -coins) };
  },
};

/** Version 1 called the coins pieces. */
export const jarCodec: Codec<JarEvent> = {
  schemaVersion: () => 2,
  decode({ type, data, metadata }: RecordedEvent) {
    const coins = metadata.schemaVersion === 1 ? data.pieces : data.coins;
    return { type, data: { coins } } as JarEvent;
  },
};

/** A command with everything around it; name what matters. */
export function aCommand(
  command: JarCommand,
  around: { stream?: string; commandId?: string; fingerprint?: string } = {},
) {
  const { stream = `jar-${randomUUID()}`, commandId = randomUUID(), fingerprint } = around;
  const metadata = { accountId: 'account', actor: 'system', ...(fingerprint && { fingerprint }) };
  return { stream, command, commandId, metadata };
}
