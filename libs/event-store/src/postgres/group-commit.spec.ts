import { anAppend } from '../../testing/an';
import {
  type AppendResult,
  type EncodedAppend,
  encodeAppend,
  StoreUnavailable,
} from '../event-store';
import { groupCommit, QUEUE_LIMITS } from './group-commit';

const APPENDED = { revision: 0n, position: 1n, outcome: 'appended' } as const;

it('refuses what was queued before the connection was lost, and commits what comes after', async () => {
  const committed: string[] = [];
  const writes = groupCommit(async (batch) => {
    committed.push(...batch.map(({ stream }) => stream));
    return batch.map(() => APPENDED);
  }, QUEUE_LIMITS);
  const results = new Map<string, AppendResult[]>();
  const submit = (stream: string) =>
    writes.submit(encodeAppend(anAppend({ stream })) as EncodedAppend, (result) => {
      results.set(stream, [...(results.get(stream) ?? []), result]);
    });
  submit('before-1');
  submit('before-2');
  // Waits for the first one of its stream.
  submit('before-2');
  writes.lost();
  submit('after-1');
  await writes.idle();
  expect(committed).toEqual(['after-1']);
  const refused = expect.any(StoreUnavailable);
  expect(Object.fromEntries(results)).toEqual({
    'before-1': [refused],
    'before-2': [refused, refused],
    'after-1': [APPENDED],
  });
});
