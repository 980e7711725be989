import { randomUUID } from 'node:crypto';
import { beginLog, checkLog, LOG_STREAM, type ReaderPlace } from '../src/check-log';
import { type EventStore, type LogCheck, type RecordedEvent, WrongLog } from '../src/event-store';
import { anAppend, aStream } from './an';
import { rejection, type StoreUnderTest } from './store-under-test';

const PLACE = 'of this suite';

/** The check of a service that has these readers. */
export function checkOf(readers: () => readonly ReaderPlace[]): LogCheck {
  return async (source) => {
    const identity = await checkLog(source, readers(), PLACE);
    if (identity !== null) return identity;
    await beginLog(source);
    return checkLog(source, readers(), PLACE);
  };
}

/** A reader of this log that has folded this event. */
export function readerAt(
  { identity }: EventStore,
  last: RecordedEvent | null,
  changes: Partial<ReaderPlace> = {},
): ReaderPlace {
  const position = last?.position ?? 0n;
  return { name: 'reader', position, log: identity ?? null, last, ...changes };
}

/** The part of the contract about which log a store has. */
export function describeIdentity(subject: () => StoreUnderTest): void {
  describe('the identity of the log', () => {
    let store: EventStore;
    let last: RecordedEvent;

    beforeAll(async () => {
      store = subject().another();
      await store.checkWith(checkOf(() => []));
      const request = anAppend();
      await store.append(request);
      [last] = (await store.readStream(request.stream)) as [RecordedEvent];
    });
    afterAll(() => store.checkWith(checkOf(() => [])));

    /** What a service with this reader is refused with; another log would be used by none of its commands. */
    async function refusal(reader: ReaderPlace): Promise<string> {
      await store.checkWith(checkOf(() => []));
      const head = await store.head();
      const refused = await rejection(store.checkWith(checkOf(() => [reader])));
      expect(refused).toBeInstanceOf(WrongLog);
      const request = anAppend();
      expect(await rejection(store.append(request))).toMatchObject({ code: 'wrong-log' });
      expect(await store.appendMany([request])).toEqual([refused]);
      expect(await rejection(store.readStream(last.stream))).toBe(refused);
      expect(await rejection(store.readAll({ after: 0n, limit: 1 }))).toBe(refused);
      expect(await store.head()).toBe(head);
      return (refused as Error).message;
    }

    it('is given to a log once, whoever asks', async () => {
      const [one, two] = [subject().store, subject().another()];
      await Promise.all([one, two].map((each) => each.checkWith(checkOf(() => []))));
      expect(one.identity).toEqual({
        id: expect.any(String),
        epoch: 1,
        streamPrefix: one.streamPrefix,
        ended: [],
      });
      expect(two.identity).toEqual(one.identity);
      expect(store.identity).toEqual(one.identity);
      expect(await one.readStream(LOG_STREAM)).toHaveLength(1);
    });

    it('is that of its readers, who go on where they stand', async () => {
      const readers = [readerAt(store, last), readerAt(store, null)];
      await store.checkWith(checkOf(() => readers));
      expect(await store.append(anAppend())).toMatchObject({ outcome: 'appended' });
    });

    it('is not asked of a reader that knows none, as those of earlier versions', async () => {
      const old = { name: 'old', position: last.position, log: null, last: null };
      await store.checkWith(checkOf(() => [old]));
      expect(await store.append(anAppend())).toMatchObject({ outcome: 'appended' });
    });

    it('refuses readers of another log', async () => {
      const other = randomUUID();
      const reader = readerAt(store, last, { log: { id: other, epoch: 1 } });
      const said = await refusal(reader);
      expect(said).toContain(`"reader" has read the log ${other}`);
      expect(said).toContain(`it has the identity ${store.identity?.id}`);
    });

    it('refuses readers of another epoch', async () => {
      const log = { id: store.identity?.id ?? '', epoch: 7 };
      expect(await refusal(readerAt(store, last, { log }))).toContain(
        'is in epoch 1, and "reader" has read epoch 7',
      );
    });

    it('refuses a log that ends before a reader, also one of an earlier version', async () => {
      const position = (await store.end()) + 1_000_000n;
      const said = `, before ${position}, up to which "reader" has read it`;
      expect(await refusal(readerAt(store, last, { position }))).toContain(said);
      expect(await refusal(readerAt(store, null, { position, log: null }))).toContain(said);
    });

    it.each([
      ['another id', () => ({ ...last, id: randomUUID() })],
      ['another position', () => ({ ...last, position: last.position + 1n })],
      ['another revision', () => ({ ...last, revision: 9n })],
      ['another stream', () => ({ ...last, stream: aStream() })],
    ])('refuses a log whose event where a reader stands has %s', async (_, changed) => {
      const said = await refusal(readerAt(store, last, { last: changed() }));
      expect(said).toContain('has not the event that "reader" has read at');
    });

    it('uses the log again as soon as it is the right one', async () => {
      let position = last.position + 1_000_000_000n;
      await rejection(store.checkWith(checkOf(() => [readerAt(store, last, { position })])));
      position = last.position;
      await store.checkWith(checkOf(() => [readerAt(store, last, { position })]));
      expect(await store.append(anAppend())).toMatchObject({ outcome: 'appended' });
    });
  });
}
