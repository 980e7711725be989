import type { json } from '@daybook/contracts';
import { LOST_KEY } from '@daybook/messaging';
import type { List } from '../cli/ledger-api';
import type { Operation } from '../cli/operation';
import { remark } from '../cli/output';
import { PARKED_KEYS } from './parked';

/** Lets the consumer groups continue that stopped because messages were deleted before they read them. */
export async function continueStopped({ api }: Operation, reason: string): Promise<void> {
  const { data: parked } = await api.get<List<json.ParkedKey>>(PARKED_KEYS);
  for (const { topic, group, key } of parked) {
    if (key !== LOST_KEY) continue;
    await api.post(`${PARKED_KEYS}/retry`, { topic, group, key, reason });
    remark(`${group} continues on ${topic} after the deleted messages.`);
  }
}
