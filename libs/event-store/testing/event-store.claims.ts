import { ConcurrencyConflict } from '../src/event-store';
import { anAppend, anEvent, aStream } from './an';
import { existingStream, rejection, type StoreUnderTest } from './store-under-test';

/** An append that needs a claim, as part of the contract of event stores. */
export function describeClaims(subject: () => StoreUnderTest): void {
  describe('an append with a claim', () => {
    const store = () => subject().store;
    const aClaim = () => ({ stream: aStream(), events: [anEvent()] });
    const lengths = (...streams: readonly string[]) =>
      Promise.all(streams.map(async (stream) => (await store().readStream(stream)).length));

    it('is stored after its claim', async () => {
      const [claim, head] = [aClaim(), await store().head()];
      const request = anAppend({ claim, events: [anEvent(), anEvent()] });
      const appended = await store().append(request);
      expect(appended).toMatchObject({ revision: 1n, outcome: 'appended' });
      const { events } = await store().readAll({ after: head, limit: 10 });
      const wanted = [claim.stream, request.stream, request.stream];
      expect(events.map(({ stream }) => stream)).toEqual(wanted);
      expect(events.at(-1)?.position).toBe(appended.position);
    });

    it('is refused when another has the claim, and stores nothing', async () => {
      const claim = aClaim();
      await store().append(anAppend({ claim }));
      const other = anAppend({ claim: { ...claim, events: [anEvent()] } });
      const conflict = await rejection(store().append(other));
      expect(conflict).toBeInstanceOf(ConcurrencyConflict);
      expect(conflict).toMatchObject({ stream: claim.stream, expected: 'no-stream', actual: 0n });
      expect(await lengths(claim.stream, other.stream)).toEqual([1, 0]);
    });

    it('is refused by its own stream, too', async () => {
      const [claim, stream] = [aClaim(), await existingStream(store())];
      const conflict = await rejection(store().append(anAppend({ claim, stream })));
      expect(conflict).toMatchObject({ stream, expected: 'no-stream', actual: 1n });
      const isApart = subject().claimsApart ?? false;
      expect(await lengths(claim.stream, stream)).toEqual([isApart ? 1 : 0, 2]);
    });

    it('completes what a crash between both left, and is a repeat when both are there', async () => {
      const claim = aClaim();
      await store().append({ ...claim, expected: 'no-stream' });
      const request = anAppend({ claim });
      const appended = await subject().another().append(request);
      expect(appended).toMatchObject({ outcome: 'appended', revision: 0n });
      expect(await store().append(request)).toEqual({ ...appended, outcome: 'duplicate' });
      expect(await lengths(claim.stream, request.stream)).toEqual([1, 1]);
    });

    it('is checked before anything is sent', async () => {
      const request = anAppend({ claim: { ...aClaim(), events: [] } });
      expect(await rejection(store().append(request))).toMatchObject({ code: 'append-rejected' });
      expect(await lengths(request.stream)).toEqual([0]);
    });

    it('lets one of many through that want one claim, in any process, beside others', async () => {
      const claims = Array.from({ length: 20 }, aClaim);
      const wanting = claims.flatMap(({ stream }) =>
        Array.from({ length: 4 }, () => anAppend({ claim: { stream, events: [anEvent()] } })),
      );
      const others = Array.from({ length: 20 }, () => anAppend());
      const [ours, theirs] = [subject().store, subject().another()];
      const half = wanting.filter((_, i) => i % 2 === 0);
      const rest = wanting.filter((_, i) => i % 2 === 1);
      const results = await Promise.all([
        ours.appendMany([...half, ...others]),
        theirs.appendMany(rest),
      ]);
      const isAppended = (result: object) => 'outcome' in result && result.outcome === 'appended';
      expect(results.flat().filter(isAppended)).toHaveLength(20 + 20);
      const stored = await lengths(...wanting.map(({ stream }) => stream));
      expect(stored.reduce((sum, length) => sum + length, 0)).toBe(20);
      expect(await lengths(...claims.map(({ stream }) => stream))).toEqual(Array(20).fill(1));
    });
  });
}
