import { account, streamName } from '@daybook/domain';
import { decideAndAppend, type EventStore } from '@daybook/event-store';
import { hashApiKey, parseApiKey } from '../edge/api-key';
import { DEFAULT_ACCOUNT_ID } from '../edge/identity';

/**
 * Makes sure that the default account exists and that this key opens it; repeating changes nothing.
 * Only the hash of the key is kept. Returns the position from which the key is known.
 */
export async function openDefaultAccount(store: EventStore, apiKey: string): Promise<bigint> {
  const stream = streamName('account', DEFAULT_ACCOUNT_ID);
  const metadata = { accountId: DEFAULT_ACCOUNT_ID, actor: 'system' };
  const { keyId } = parseApiKey(apiKey);
  await decideAndAppend(store, {
    stream,
    decider: account,
    command: { type: 'OpenAccount', name: 'default', policy: { screening: false } },
    commandId: `open:${DEFAULT_ACCOUNT_ID}`,
    metadata,
  });
  const issued = await decideAndAppend(store, {
    stream,
    decider: account,
    command: {
      type: 'IssueApiKey',
      keyId,
      keyHash: hashApiKey(apiKey),
      scopes: ['read', 'write'],
    },
    commandId: `issue:${keyId}`,
    metadata,
  });
  return issued.position;
}
