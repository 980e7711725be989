import { account, purse, streamName } from '@daybook/domain';
import { decideAndAppend, decideAndAppendMany, type EventStore, uuid5 } from '@daybook/event-store';
import * as a from '../../../libs/domain/testing/a';
import { DEFAULT_ACCOUNT_ID as accountId } from '../src/edge/identity';

const metadata = { accountId, actor: 'test' };

export const purseIdOf = (n: number) => uuid5(accountId, `purse ${n}`);
export const customerIdOf = (n: number) => uuid5(accountId, `customer ${n}`);
export const addressOf = (n: number) => `0x${n.toString(16).padStart(40, '0')}`;

/** Opens the default account, whose purses expire after 30 days, and mints so many purses. */
export async function mintExpiringPurses(store: EventStore, count: number): Promise<void> {
  const purseExpiry = { unusedDays: 30, idleDays: 30 };
  for (const command of [
    { type: 'OpenAccount', name: 'shop', policy: {} },
    { type: 'ChangeAccountPolicy', policy: { purseExpiry }, reason: 'agreed with the merchant' },
  ] as const) {
    const stream = streamName('account', accountId);
    await decideAndAppend(store, {
      ...{ stream, decider: account, command, metadata },
      commandId: command.type,
    });
  }
  const commands = Array.from({ length: count }, (_, n) => ({
    stream: streamName('purse', purseIdOf(n)),
    command: {
      type: 'MintPurse' as const,
      ...{ accountId, customerId: customerIdOf(n), family: 'evm' as const, address: addressOf(n) },
      derivation: { xpubFingerprint: '00000000', branch: 0, index: n },
      outsideOrderId: null,
      at: new Date().toISOString(),
      facts: { owner: a.owner({ accountId }) },
    },
    commandId: 'mint',
    metadata,
  }));
  await decideAndAppendMany(store, purse, commands);
}
