import { randomUUID } from 'node:crypto';
import { type Decider, DomainError } from '@daybook/domain';

/**
 * A jar of coins, the smallest aggregate on which a mistake shows: a command that counts twice, or on
 * an old state, leaves a wrong number of coins.
 */
export type JarCommand =
  | { readonly type: 'Put'; readonly coins: number }
  | { readonly type: 'Take'; readonly coins: number }
  /** Takes what is more than this, coin by coin: several events, or none. */
  | { readonly type: 'Trim'; readonly coins: number };

/**
 * The write path stores only events that the domain has versions for, so the jar borrows two: a key is
 * issued for coins put, of which version 1 had no `name`, and revoked for coins taken.
 */
export const COINS_PUT = 'ApiKeyIssued';
export const COINS_TAKEN = 'ApiKeyRevoked';

export type JarEvent =
  | { readonly type: typeof COINS_PUT; readonly data: { readonly coins: number } }
  | { readonly type: typeof COINS_TAKEN; readonly data: { readonly coins: number } };

export const jar: Decider<JarCommand, JarEvent, { readonly coins: number }> = {
  initialState: { coins: 0 },

  decide(command, state) {
    switch (command.type) {
      case 'Put':
        return [{ type: COINS_PUT, data: { coins: command.coins } }];
      case 'Take':
        if (state.coins < command.coins) {
          throw new DomainError('asset-unknown', 'There are not that many coins.');
        }
        return [{ type: COINS_TAKEN, data: { coins: command.coins } }];
      case 'Trim': {
        const surplus = Math.max(0, state.coins - command.coins);
        return Array.from({ length: surplus }, () => ({ type: COINS_TAKEN, data: { coins: 1 } }));
      }
    }
  },

  evolve(state, event) {
    const { coins } = event.data;
    return { coins: state.coins + (event.type === COINS_PUT ? coins : -coins) };
  },
};

/** A command with everything around it; name what matters. */
export function aCommand(
  command: JarCommand,
  around: { stream?: string; commandId?: string; fingerprint?: string } = {},
) {
  // As events from before there were claims have one.
  const { stream = `jar-${randomUUID()}`, commandId = randomUUID(), fingerprint } = around;
  const metadata = { accountId: 'account', actor: 'system', ...(fingerprint && { fingerprint }) };
  return { stream, command, commandId, metadata };
}
