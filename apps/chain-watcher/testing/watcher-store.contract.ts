import { randomUUID } from 'node:crypto';
import type { BlockHeader } from '@daybook/chains';
import { NO_TRANSACTION, TOPICS } from '@daybook/contracts';
import { until } from '../../../test/dependencies';
import type { QuarantinedBlock } from '../src/state/quarantine';
import { NOT_BEGUN, type Rescan } from '../src/state/rescan';
import {
  type Change,
  type Leadership,
  LostLeadership,
  type MovementVersion,
  type TrackedTransfer,
  type WatcherStore,
} from '../src/state/watcher-store';

const CHAIN = 'eip155:31337';
const OTHER = 'eip155:1';

/** A header of the chain `fork`, linked to the one below. */
export function aHeader(number: number, fork = 'a') {
  const hash = `0x${fork}${number}`;
  return { number, hash, parentHash: `0x${fork}${number - 1}`, time: 1_700_000_000 + number };
}

let count = 0;

/** A detected transfer in block 5; tests name only what matters. */
export function aTracked(change: Partial<MovementVersion> = {}): TrackedTransfer {
  count += 1;
  const txHash = `0x${count.toString(16).padStart(64, '0')}`;
  const transfer: MovementVersion = {
    transferId: `${CHAIN}/${txHash}/log:0`,
    version: 1_700_000_000_000,
    status: 'detected',
    chain: CHAIN,
    asset: `${CHAIN}/slip44:60`,
    amount: (2n ** 256n - 1n).toString(),
    from: '0x01',
    to: '0x02',
    txHash,
    block: { number: 5, hash: '0xa5', time: '2026-01-01T00:00:00.000Z' },
    finality: null,
    ...change,
  };
  const isSettled = change.status === 'final';
  return { direction: 'in', transfer, sighting: null, isSettled, needsConfirmation: null };
}

/** The first start of the chain, with this ring. */
export function aStart(number: number, added: readonly BlockHeader[], at = 1): Change {
  const scannedFrom = (added.at(-1)?.number ?? number) + 1;
  return { start: { number, at, scannedFrom }, advance: { ancestor: -1, added, oldest: 0 } };
}

/** A rescan for late addresses whose blocks are not known yet. */
export function aRescan(): Rescan {
  const late = { origin: 'late-address', since: 1_700_000_000, after: 7n } as const;
  return { ...NOT_BEGUN, ...late, id: randomUUID() };
}

/** A block in quarantine before which the chain stops. */
export function aQuarantinedBlock(number: number): QuarantinedBlock {
  return {
    ...{ ...aHeader(number), id: randomUUID(), headerProven: true, state: 'waiting' },
    ...{ since: 1_700_000_000_123, reason: 'A receipt is missing.' },
    answers: [{ provider: 'one', said: 'A receipt is missing.' }],
    ...{ decision: null, decidedBy: null, stranded: { id: '0x1' } },
  };
}

/** A rescan of the blocks 1 to 9 that an operator requested. */
export function anOperatorsRescan(): Rescan {
  const blocks = { from: 1, to: 9, blocksMax: 2 ** 40 };
  return { ...NOT_BEGUN, ...blocks, id: randomUUID(), origin: 'operator' };
}

function idsOf(tracked: readonly TrackedTransfer[]): string[] {
  return tracked.map(({ transfer }) => transfer.transferId).sort();
}

/** What every store must do; `open` gives an empty one. */
export function watcherStoreContract(open: () => Promise<WatcherStore>): void {
  let store: WatcherStore;
  let leader: Leadership;

  beforeEach(async () => {
    store = await open();
    leader = (await store.lead(CHAIN)) as Leadership;
  });
  afterEach(() => store.close());

  describe('leadership', () => {
    it('belongs to one watcher of a chain at a time, and passes on with a higher fence', async () => {
      expect(await store.lead(CHAIN)).toBeNull();
      expect((await store.lead(OTHER))?.chain).toBe(OTHER);
      await leader.release();
      const next = await store.lead(CHAIN);
      expect(next?.fence).toBe(leader.fence + 1n);
      expect(leader.isLost()).toBe(true);
      expect(next?.isLost()).toBe(false);
    });

    it('is checked by every write, which changes nothing without it', async () => {
      await store.commit(leader, aStart(0, [aHeader(0)]));
      await leader.release();
      const next = (await store.lead(CHAIN)) as Leadership;
      const late = { ...leader, isLost: () => false };
      const change = { addresses: ['0x01'], transfers: [aTracked()] };
      await expect(store.commit(late, change)).rejects.toThrow(LostLeadership);
      expect(await store.outbox(CHAIN, 10)).toEqual([]);
      await store.commit(next, change);
      expect(await store.outbox(CHAIN, 10)).toHaveLength(1);
    });
  });

  describe('what is remembered', () => {
    it('is nothing before the first start', async () => {
      expect(await store.load(CHAIN)).toEqual({
        ring: [],
        startNumber: null,
        startedAt: null,
        rescans: [],
        taken: null,
        acknowledged: null,
        seen: [],
        ...{ finalNumber: null, scannedFrom: null, scanned: [], quarantine: [], paused: null },
        sweep: { after: '', since: 0, lastMs: null },
      });
    });

    it('has one name', async () => {
      const id = await store.id();
      expect(id).toMatch(/^[-a-z0-9]+$/);
      expect(await store.id()).toBe(id);
    });

    it('is where and when the watch began', async () => {
      const at = 1_700_000_000_123;
      await store.commit(leader, aStart(7, [aHeader(9)], at));
      expect(await store.load(CHAIN)).toMatchObject({ startNumber: 7, startedAt: at });
      expect(await store.load(OTHER)).toMatchObject({ startNumber: null, startedAt: null });
    });

    it('is how far addresses were taken in and acknowledged, which never goes back', async () => {
      await store.commit(leader, { taken: 9n });
      expect(await store.load(CHAIN)).toMatchObject({ taken: 9n, acknowledged: null });
      await store.commit(leader, { acknowledged: 8n });
      await store.commit(leader, { taken: 10n, acknowledged: 3n });
      await store.commit(leader, { taken: 2n });
      expect(await store.load(CHAIN)).toMatchObject({ taken: 10n, acknowledged: 8n });
      expect(await store.load(OTHER)).toMatchObject({ taken: null, acknowledged: null });
    });

    it('is the ring through extensions, reorgs and its window', async () => {
      await store.commit(leader, aStart(3, [aHeader(3), aHeader(4)]));
      const added = [aHeader(5), aHeader(6), aHeader(7)];
      await store.commit(leader, { advance: { ancestor: 4, added, oldest: 4 } });
      expect(await store.load(CHAIN)).toMatchObject({
        startNumber: 3,
        ring: [4, 5, 6, 7].map((number) => aHeader(number)),
      });
      const forked = [aHeader(6, 'b'), aHeader(7, 'b'), aHeader(8, 'b')];
      await store.commit(leader, { advance: { ancestor: 5, added: forked, oldest: 5 } });
      expect((await store.load(CHAIN)).ring).toEqual([aHeader(5), ...forked]);
      const other = [aHeader(1, 'c'), aHeader(2, 'c')];
      await store.commit(leader, { advance: { ancestor: -1, added: other, oldest: 0 } });
      expect(await store.load(CHAIN)).toMatchObject({ startNumber: 3, ring: other });
    });

    it('keeps only the window of a long step', async () => {
      await store.commit(leader, aStart(0, [aHeader(0)]));
      const added = Array.from({ length: 50 }, (_, n) => aHeader(n + 1));
      await store.commit(leader, { advance: { ancestor: 0, added, oldest: 43 } });
      expect((await store.load(CHAIN)).ring).toEqual(added.slice(-8));
    });

    it('is every address of the chain once', async () => {
      const addresses = Array.from({ length: 50_050 }, (_, n) => `0x${n}`);
      await store.commit(leader, { addresses });
      await store.commit(leader, { addresses: ['0x1', '0xnew'] });
      const read: string[] = [];
      for await (const some of store.addresses(CHAIN)) read.push(...some);
      expect(read).toHaveLength(50_051);
      expect(new Set(read)).toEqual(new Set([...addresses, '0xnew']));
      for await (const some of store.addresses(OTHER)) expect(some).toEqual([]);
    });

    it('is the open rescans, each with how far it has come', async () => {
      const waiting = { ...aRescan(), since: 1_700_000_000, after: 2n ** 64n - 1n };
      await store.commit(leader, { rescans: [waiting] });
      await store.commit(leader, { addresses: ['0x01'] });
      expect((await store.load(CHAIN)).rescans).toEqual([waiting]);
      const wider = { ...waiting, since: 5, after: null };
      await store.commit(leader, { rescans: [wider] });
      expect(await store.rescans(CHAIN)).toEqual([wider]);
      const running = {
        ...wider,
        ...({ state: 'running', from: 1, to: 9, next: 7, hash: '0x7' } as const),
      };
      await store.commit(leader, { rescans: [running] });
      expect((await store.load(CHAIN)).rescans).toEqual([running]);
      expect(await store.rescans(OTHER)).toEqual([]);
      await store.commit(leader, { rescans: [{ ...running, state: 'done' }] });
      expect(await store.rescans(CHAIN)).toEqual([]);
    });

    it('is what was scanned, through reorgs and gaps that are filled', async () => {
      await store.commit(leader, aStart(3, [aHeader(3), aHeader(4)]));
      const scan = (above: number | null, ...ranges: [number, number][]) =>
        store.commit(leader, {
          scanned: { above, ranges: ranges.map(([from, to]) => ({ from, to })) },
        });
      const scanned = async () =>
        (await store.load(CHAIN)).scanned.map(({ from, to }) => [from, to]);
      expect(await store.load(CHAIN)).toMatchObject({ scannedFrom: 5, scanned: [] });
      await scan(null, [5, 6]);
      await scan(null, [7, 9]);
      expect(await scanned()).toEqual([[5, 9]]);
      await scan(null, [11, 12]);
      expect(await scanned()).toEqual([
        [5, 9],
        [11, 12],
      ]);
      await scan(11, [13, 13], [15, 16]);
      expect(await scanned()).toEqual([
        [5, 9],
        [11, 11],
        [13, 13],
        [15, 16],
      ]);
      await scan(7);
      expect(await scanned()).toEqual([[5, 7]]);
      await scan(null, [8, 8]);
      expect(await scanned()).toEqual([[5, 8]]);
      expect((await store.load(OTHER)).scanned).toEqual([]);
    });

    it('is the final block, which a ring reset may lower', async () => {
      await store.commit(leader, { finalNumber: 7 });
      expect((await store.load(CHAIN)).finalNumber).toBe(7);
      await store.commit(leader, { finalNumber: 5 });
      expect((await store.load(CHAIN)).finalNumber).toBe(5);
    });

    it('is who paused the chain, and why, until it is resumed', async () => {
      const paused = { by: 'operator:1', since: 1_700_000_000_123, reason: 'The node is moved.' };
      await store.commit(leader, { paused });
      await store.commit(leader, { taken: 9n });
      expect((await store.load(CHAIN)).paused).toEqual(paused);
      expect((await store.load(OTHER)).paused).toBeNull();
      // The next leader keeps it paused.
      await leader.release();
      const next = (await store.lead(CHAIN)) as Leadership;
      expect((await store.load(CHAIN)).paused).toEqual(paused);
      const resume: Rescan = { ...NOT_BEGUN, id: randomUUID(), origin: 'resume', state: 'done' };
      await store.commit(next, { paused: null, rescans: [resume] });
      expect((await store.load(CHAIN)).paused).toBeNull();
      expect(await store.rescans(CHAIN)).toEqual([]);
      expect(await store.hasRescan(resume.id)).toBe(true);
      expect(await store.unreported(CHAIN)).toMatchObject([{ rescan: resume }]);
    });

    it('is the transaction that a rescan names', async () => {
      const rescan = { ...anOperatorsRescan(), from: null, to: null, transaction: '0x5c' };
      await store.commit(leader, { rescans: [rescan] });
      expect((await store.load(CHAIN)).rescans).toEqual([rescan]);
    });

    it('is every block in quarantine until it is resolved', async () => {
      const [first, second] = [aQuarantinedBlock(9), aQuarantinedBlock(8)];
      await store.commit(leader, { quarantine: [first] });
      await store.commit(leader, { quarantine: [second] });
      expect((await store.load(CHAIN)).quarantine).toEqual([second, first]);
      const decided = { ...first, state: 'gap', decision: 'skip', decidedBy: 'r' } as const;
      await store.commit(leader, { quarantine: [decided] });
      expect((await store.load(CHAIN)).quarantine).toEqual([second, decided]);
      await store.commit(leader, { quarantine: [{ ...second, state: 'replaced' }] });
      expect((await store.load(CHAIN)).quarantine).toEqual([decided]);
      expect((await store.load(OTHER)).quarantine).toEqual([]);
    });

    it('keeps a rescan that was not changed, whatever others do', async () => {
      const [one, two] = [aRescan(), aRescan()];
      await store.commit(leader, { rescans: [one, two] });
      await store.commit(leader, { rescans: [{ ...one, state: 'done' }] });
      expect(await store.rescans(CHAIN)).toEqual([two]);
    });

    it('does not open a rescan of an operator again that has ended', async () => {
      const rescan = { ...anOperatorsRescan(), found: 3, versions: 2, reason: 'Because.' };
      await store.commit(leader, { rescans: [rescan] });
      expect(await store.rescans(CHAIN)).toEqual([rescan]);
      await store.commit(leader, { rescans: [{ ...rescan, state: 'cancelled' }] });
      await store.commit(leader, {
        rescans: [{ ...rescan, state: 'running', next: 9, hash: '0x9' }],
      });
      expect(await store.rescans(CHAIN)).toEqual([]);
    });

    it('is the latest version of a transfer as it was written', async () => {
      const finality = { kind: 'depth', confirmations: 3 } as const;
      const sighting = { sender: '0x03', nonce: 7, seenAt: 1_700_000_000_123 };
      const seen = { ...aTracked({ status: 'seen', block: null }), sighting };
      const { transfer } = seen;
      const block = { number: 9, hash: '0xa9', time: '2026-01-01T00:00:09.000Z' };
      const detected = {
        ...{ ...seen, needsConfirmation: true },
        transfer: { ...transfer, version: 2, status: 'detected' as const, block },
      };
      const final = {
        ...{ ...detected, isSettled: true },
        transfer: {
          ...{ ...detected.transfer, version: 3, status: 'final' as const, finality },
          passed: ['depth:3', 'tag:safe'],
        },
      };
      await store.commit(leader, { transfers: [seen] });
      expect((await store.load(CHAIN)).seen).toEqual([seen]);
      await store.commit(leader, { transfers: [detected, final] });
      expect(await store.transfers([transfer.transferId, 'unknown'])).toEqual([final]);
      expect((await store.load(CHAIN)).seen).toEqual([]);
    });
  });

  describe('what leaves an address', () => {
    it('is kept as it was written, beside the transfer that it may be as well', async () => {
      const known = aTracked({ netted: '7' });
      const { transferId } = known.transfer;
      const outflow: TrackedTransfer = {
        ...{ ...known, direction: 'out' },
        transfer: { ...known.transfer, transferId: `${transferId}/out` },
      };
      const fee: TrackedTransfer = {
        ...{ ...aTracked({ to: null }), direction: 'out', isSettled: true },
      };
      const withdrawal = aTracked({ txHash: null });
      const unreadable = aTracked({ amount: '0', unreadable: true });
      const [cut, whole] = [aTracked({ netted: '9', unbacked: '2' }), aTracked({ unbacked: '0' })];
      const unread = aTracked({ waiting: 'unread-balance' });
      const all = [known, outflow, fee, withdrawal, unreadable, cut, whole, unread];
      await store.commit(leader, { transfers: all });
      for (const tracked of all) {
        expect(await store.transfers([tracked.transfer.transferId])).toEqual([tracked]);
      }
      expect(idsOf(await store.includedAbove(CHAIN, 4))).toEqual(idsOf(all));
      const query = { upTo: 5, passed: [''], assets: null, except: [], stranded: {}, limit: 10 };
      expect(idsOf(await store.due(CHAIN, query))).toEqual(
        idsOf(all.filter(({ isSettled, transfer }) => !isSettled && !transfer.waiting)),
      );
      const changed = { ...outflow, transfer: { ...outflow.transfer, version: 5, netted: '6' } };
      await store.commit(leader, { transfers: [changed] });
      expect(await store.transfers([`${transferId}/out`, transferId])).toEqual(
        expect.arrayContaining([known, changed]),
      );
    });

    it('is published on a topic of its own', async () => {
      const { transfer, ...others } = aTracked();
      const { transferId, ...content } = transfer;
      const outflow: TrackedTransfer = {
        ...{ ...others, direction: 'out' },
        transfer: { ...transfer, transferId: `${transferId}/out` },
      };
      const withdrawal = aTracked({ transferId: `${CHAIN}/withdrawal:7`, txHash: null });
      await store.commit(leader, { transfers: [{ ...others, transfer }, outflow, withdrawal] });
      const messages = await store.outbox(CHAIN, 10);
      expect(messages).toMatchObject([
        { topic: TOPICS.transfer, key: `${CHAIN}|0x02` },
        { topic: TOPICS.outflow, key: `${CHAIN}|0x01`, headers: { ce_type: TOPICS.outflow } },
        { topic: TOPICS.transfer },
      ]);
      expect(JSON.parse(messages[1]?.value ?? '')).toEqual({ outflowId: transferId, ...content });
      expect(JSON.parse(messages[2]?.value ?? '')).toMatchObject({
        ...{ transferId: `${CHAIN}/${NO_TRANSACTION}/withdrawal:7`, txHash: NO_TRANSACTION },
      });
    });
  });

  describe('the rescans to report on', () => {
    const states = async () =>
      (await store.unreported(CHAIN)).map(({ rescan }) => [rescan.id, rescan.state]);
    const report = async () => store.reported(CHAIN, await store.unreported(CHAIN));

    it('are those of operators in a new state, until the report is published', async () => {
      const rescan = anOperatorsRescan();
      await store.commit(leader, { rescans: [rescan, aRescan()] });
      expect(await states()).toEqual([[rescan.id, 'waiting']]);
      expect(await states()).toEqual([[rescan.id, 'waiting']]);
      await report();
      expect(await states()).toEqual([]);
      const done = { ...rescan, state: 'done', next: 1, found: 3 } as const;
      await store.commit(leader, { rescans: [done] });
      expect(await store.unreported(CHAIN)).toEqual([
        { rescan: done, observedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
      ]);
      await report();
      expect([await states(), await store.unreported(OTHER)]).toEqual([[], []]);
    });

    it('are those that progressed, not more often than once a second', async () => {
      const running = { ...anOperatorsRescan(), state: 'running', hash: '0x9' } as const;
      await store.commit(leader, { rescans: [{ ...running, next: 9 }] });
      const reportedAt = Date.now();
      await report();
      await store.commit(leader, { rescans: [{ ...running, next: 8 }] });
      const isDue = async () => (await states()).length > 0;
      await until(isDue, { description: 'the next report' });
      expect(Date.now() - reportedAt).toBeGreaterThan(900);
      await report();
      expect(await states()).toEqual([]);
    });

    it('are those that were cancelled, and never a rescan for late addresses', async () => {
      const [rescan, late] = [anOperatorsRescan(), aRescan()];
      await store.commit(leader, { rescans: [rescan, late] });
      for (const { id } of [rescan, rescan, late]) await store.commit(leader, { cancelled: id });
      expect([await states(), await store.rescans(CHAIN)]).toEqual([
        [[rescan.id, 'cancelled']],
        [late],
      ]);
      const known = [rescan.id, randomUUID()].map((id) => store.hasRescan(id));
      expect(await Promise.all(known)).toEqual([true, false]);
    });
  });

  describe('the outbox', () => {
    it('holds every version in order until it is published', async () => {
      const tracked = aTracked();
      const { transfer } = tracked;
      const versions = [5, 6, 7].map((version) => ({
        ...tracked,
        transfer: { ...transfer, version },
      }));
      await store.commit(leader, { transfers: versions });
      const messages = await store.outbox(CHAIN, 10);
      expect(messages.map(({ id }) => id)).toEqual(
        [5, 6, 7].map((v) => `${transfer.transferId}#${v}`),
      );
      expect(messages[0]).toMatchObject({
        key: `${CHAIN}|0x02`,
        headers: { ce_specversion: '1.0', ce_id: `${transfer.transferId}#5` },
      });
      expect(JSON.parse(messages[2]?.value ?? '')).toEqual({ ...transfer, version: 7 });
      expect(await store.outbox(CHAIN, 2)).toEqual(messages.slice(0, 2));
      await store.published(CHAIN, messages[1]?.position ?? 0n);
      expect(await store.outbox(CHAIN, 10)).toEqual(messages.slice(2));
      expect(await store.outbox(OTHER, 10)).toEqual([]);
    });

    it('says how many messages it holds, and since when', async () => {
      expect(await store.backlog(CHAIN)).toEqual({ messages: 0, since: null });
      const [first, second] = [aTracked(), aTracked()];
      const version = Date.parse('2026-11-01T00:00:00.000Z');
      const older = { ...first, transfer: { ...first.transfer, version } };
      await store.commit(leader, { transfers: [older, second] });
      expect(await store.backlog(CHAIN)).toEqual({ messages: 2, since: version });
      expect(await store.backlog(OTHER)).toEqual({ messages: 0, since: null });
    });

    it('holds a known version once more when it is to be published again', async () => {
      const [known, fresh] = [aTracked(), aTracked()];
      await store.commit(leader, { transfers: [known] });
      const [first] = await store.outbox(CHAIN, 10);
      await store.published(CHAIN, first?.position ?? 0n);
      await store.commit(leader, { transfers: [fresh], again: [known] });
      const ids = (await store.outbox(CHAIN, 10)).map(({ id }) => id);
      expect(ids).toEqual(
        [fresh, known].map(({ transfer }) => `${transfer.transferId}#${transfer.version}`),
      );
      await store.commit(leader, { again: [known] });
      expect(await store.outbox(CHAIN, 10)).toHaveLength(3);
    });
  });

  describe('a question about transfers', () => {
    const inBlock = (number: number) => ({
      number,
      hash: `0xa${number}`,
      time: '2026-01-01T00:00:00.000Z',
    });

    it('finds what blocks above a number show', async () => {
      const shown = (['detected', 'final', 'failed'] as const).map((status) =>
        aTracked({ status, block: inBlock(8) }),
      );
      const others = [
        aTracked({ block: inBlock(7) }),
        aTracked({ status: 'reverted', block: inBlock(8) }),
        aTracked({ status: 'seen', block: null }),
        aTracked({ chain: OTHER, block: inBlock(9) }),
      ];
      await store.commit(leader, { transfers: [...shown, ...others] });
      expect(idsOf(await store.includedAbove(CHAIN, 7))).toEqual(idsOf(shown));
    });

    it('finds what blocks contain or contained', async () => {
      const inside = [
        aTracked({ block: inBlock(7) }),
        aTracked({ status: 'reverted', block: inBlock(8) }),
      ];
      const outside = [
        aTracked({ block: inBlock(6) }),
        aTracked({ block: inBlock(9) }),
        aTracked({ status: 'seen', block: null }),
        aTracked({ chain: OTHER, block: inBlock(8) }),
      ];
      await store.commit(leader, { transfers: [...outside, ...inside] });
      expect(await store.inBlocks(CHAIN, { from: 7, to: 8 })).toEqual(inside);
    });

    it('leaves out what waits for a gap, while its replaced block is the last that had it', async () => {
      const [waiting, moved] = [aTracked({ block: inBlock(5) }), aTracked({ block: inBlock(6) })];
      await store.commit(leader, { transfers: [waiting, moved] });
      const stranded = {
        [waiting.transfer.transferId]: '0xa5',
        [moved.transfer.transferId]: '0xa4',
      };
      const query = { upTo: 9, passed: [''], assets: null, except: [], stranded, limit: 10 };
      expect(await store.due(CHAIN, query)).toEqual([moved]);
    });

    it('finds what is detected up to a block, by asset, oldest first', async () => {
      const [a, b] = ['eip155:31337/erc20:0xa', 'eip155:31337/erc20:0xb'];
      const late = aTracked({ asset: a, block: inBlock(6) });
      const early = aTracked({ asset: a, block: inBlock(4) });
      const other = aTracked({ asset: b, block: inBlock(5) });
      const tooNew = aTracked({ asset: a, block: inBlock(7) });
      const done = aTracked({ asset: a, status: 'final', block: inBlock(4) });
      await store.commit(leader, { transfers: [late, early, other, tooNew, done] });
      const all = { upTo: 6, passed: [''], assets: null, except: [], stranded: {}, limit: 10 };
      expect(await store.due(CHAIN, all)).toEqual([early, other, late]);
      expect(await store.due(CHAIN, { ...all, limit: 1 })).toEqual([early]);
      expect(await store.due(CHAIN, { ...all, except: [a] })).toEqual([other]);
      expect(await store.due(CHAIN, { ...all, assets: [a], except: [a] })).toEqual([early, late]);
      expect(await store.due(OTHER, all)).toEqual([]);
    });

    it('finds what lacks a threshold, and neither what is settled nor what waits', async () => {
      const finality = { kind: 'depth', confirmations: 3 } as const;
      const final = { status: 'final', block: inBlock(4), finality } as const;
      const early = { ...aTracked({ ...final, passed: ['depth:3'] }), isSettled: false };
      const later = {
        ...aTracked({ ...final, passed: ['tag:safe', 'depth:3'] }),
        isSettled: false,
      };
      const settled = aTracked({ ...final, passed: ['depth:3'] });
      const waiting = aTracked({ block: inBlock(4), waiting: 'awaiting-second-provider' });
      await store.commit(leader, { transfers: [early, later, settled, waiting] });
      const due = (...passed: string[]) =>
        store.due(CHAIN, { upTo: 6, passed, assets: null, except: [], stranded: {}, limit: 10 });
      expect(await due('depth:3')).toEqual([early]);
      expect(idsOf(await due('depth:3', 'depth:3,tag:safe', ''))).toEqual(idsOf([early, later]));
      expect(await due('')).toEqual([]);
      const { transferId } = waiting.transfer;
      expect(await store.waiting(CHAIN, { after: '', limit: 10 })).toEqual([waiting]);
      expect(await store.waiting(CHAIN, { after: transferId, limit: 10 })).toEqual([]);
      expect(await store.waiting(OTHER, { after: '', limit: 10 })).toEqual([]);
    });

    it('finds again what lacks a threshold of a new registry, in the blocks that are named', async () => {
      const finality = { kind: 'depth', confirmations: 3 } as const;
      const [a, b] = ['eip155:31337/erc20:0xa', 'eip155:31337/erc20:0xb'];
      const settled = (number: number, asset = a, passed = ['depth:3']) =>
        aTracked({ status: 'final', asset, block: inBlock(number), finality, passed });
      const [old, recent, other] = [settled(4), settled(5), settled(6, b)] as const;
      const complete = settled(6, a, ['depth:3', 'depth:9', 'tag:safe']);
      await store.commit(leader, { transfers: [old, recent, other, complete] });
      const thresholds = ['tag:safe', 'depth:3'];
      await store.commit(leader, {
        reopened: [{ from: 5, assets: null, except: [b], thresholds }],
      });
      const all = { upTo: 9, assets: null, except: [], stranded: {}, limit: 10 };
      const due = await store.due(CHAIN, { ...all, passed: ['depth:3'] });
      expect(due).toEqual([{ ...recent, isSettled: false }]);
      await store.commit(leader, {
        reopened: [{ from: 5, assets: [a], except: [], thresholds: ['tag:finalized'] }],
      });
      const afresh = await store.due(CHAIN, { ...all, passed: [''] });
      expect(idsOf(afresh)).toEqual(idsOf([recent, complete]));
    });
  });
}
