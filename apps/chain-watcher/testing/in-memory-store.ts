import { textOfPassed } from '../src/finality/passed';
import { ownerOf } from '../src/match/netting';
import { trackedMessage } from '../src/publish/publisher';
import {
  type BalanceChange,
  type BalanceRead,
  type Holding,
  holdingKey,
} from '../src/state/balances';
import { highest } from '../src/state/position';
import { stillQuarantined } from '../src/state/quarantine';
import { isOpen, type Rescan } from '../src/state/rescan';
import { type Advance, advanceRing } from '../src/state/ring';
import { afterScan, type Heights } from '../src/state/scanned';
import {
  type AssetSelection,
  type Backlog,
  type BlockRef,
  type Change,
  type DueQuery,
  type Leadership,
  LostLeadership,
  type OutboxMessage,
  type Reopened,
  type RescanReport,
  type TrackedTransfer,
  type WaitingQuery,
  WatcherStore,
  type WatchRecord,
} from '../src/state/watcher-store';
import { type ChainMemory, emptyMemory } from './chain-memory';

/** The twin of the store for pure tests. What it holds survives the watch that wrote it. */
export class InMemoryWatcherStore extends WatcherStore {
  private readonly chains = new Map<string, ChainMemory>();
  private readonly known = new Map<string, TrackedTransfer>();
  private position = 0n;
  private lives = 1;

  async id(): Promise<string> {
    return `life-${this.lives}`;
  }

  /** Forgets everything, as a database that was deleted and made again. */
  wipe(): void {
    // Writers of the old memory are fenced off, as their connections are gone.
    for (const [chain, { fence }] of this.chains) this.chains.set(chain, emptyMemory(fence + 1n));
    this.known.clear();
    this.lives += 1;
  }

  async lead(chain: string): Promise<Leadership | null> {
    const memory = this.of(chain);
    if (memory.leader !== null) return null;
    memory.fence += 1n;
    const { fence } = memory;
    memory.leader = fence;
    return {
      chain,
      fence,
      isLost: () => memory.leader !== fence,
      release: async () => {
        if (memory.leader === fence) memory.leader = null;
      },
    };
  }

  /** Ends the leadership as the death of its connection does; the leader may not know yet. */
  depose(chain: string): void {
    this.of(chain).leader = null;
  }

  async load(chain: string): Promise<WatchRecord> {
    const memory = this.of(chain);
    const { ring, startNumber, startedAt, taken, acknowledged, ...more } = memory;
    const { finalNumber, scannedFrom, scanned, quarantine, paused, sweep } = more;
    const rescans = await this.rescans(chain);
    const seen = this.select(chain, ({ transfer }) => transfer.status === 'seen');
    return {
      ...{ ring, startNumber, startedAt, rescans, taken, acknowledged, seen },
      ...{ finalNumber, scannedFrom, scanned, quarantine, paused, sweep },
    };
  }

  async *addresses(chain: string): AsyncIterable<readonly string[]> {
    const { addresses } = this.of(chain);
    if (addresses.size > 0) yield [...addresses];
  }

  async transfers(ids: readonly string[]): Promise<readonly TrackedTransfer[]> {
    return ids.flatMap((id) => this.known.get(id) ?? []);
  }

  async includedAbove(chain: string, number: number): Promise<readonly TrackedTransfer[]> {
    const statuses = ['detected', 'final', 'failed'];
    return this.select(
      chain,
      ({ transfer: { status, block } }) =>
        statuses.includes(status) && block !== null && block.number > number,
    );
  }

  async inBlocks(chain: string, { from, to }: Heights): Promise<readonly TrackedTransfer[]> {
    return this.select(
      chain,
      ({ transfer: { block } }) => block !== null && block.number >= from && block.number <= to,
    );
  }

  async includedAtMost(chain: string, number: number): Promise<BlockRef | null> {
    const included = await this.includedAbove(chain, -1);
    const at = (it: TrackedTransfer) => it.transfer.block as BlockRef;
    const block = included.map(at).findLast((it) => it.number <= number);
    return block ? { number: block.number, hash: block.hash } : null;
  }

  async hasRescan(id: string): Promise<boolean> {
    return [...this.chains.values()].some((it) => it.rescans.some((rescan) => rescan.id === id));
  }

  /** What an operator does from another process. */
  request(chain: string, rescan: Rescan): void {
    const memory = this.of(chain);
    memory.rescans = [...memory.rescans, rescan];
  }

  /** The same, to cancel it. */
  cancel(chain: string, id: string): void {
    const memory = this.of(chain);
    memory.rescans = memory.rescans.map((it) =>
      it.id === id && isOpen(it) && isRequested(it) ? { ...it, state: 'cancelled' } : it,
    );
  }

  /** Everything that operators requested. */
  requested(chain: string): readonly Rescan[] {
    return this.of(chain).rescans.filter(isRequested);
  }

  async rescans(chain: string): Promise<readonly Rescan[]> {
    return this.of(chain).rescans.filter(isOpen);
  }

  async due(chain: string, query: DueQuery): Promise<readonly TrackedTransfer[]> {
    const { upTo, passed: sets, stranded, limit } = query;
    return this.select(
      chain,
      ({ transfer: { transferId, status, block, asset, waiting, passed = [] }, isSettled }) =>
        (status === 'detected' || status === 'final') &&
        stranded[transferId] !== block?.hash &&
        block !== null &&
        block.number <= upTo &&
        !isSettled &&
        (waiting ?? null) === null &&
        sets.includes(textOfPassed(passed)) &&
        isSelected(asset, query),
    ).slice(0, limit);
  }

  async waiting(chain: string, { after, limit }: WaitingQuery) {
    const waiting = this.select(
      chain,
      ({ transfer }) => (transfer.waiting ?? null) !== null && transfer.transferId > after,
    );
    const id = ({ transfer }: TrackedTransfer) => transfer.transferId;
    return waiting.sort((a, b) => (id(a) < id(b) ? -1 : 1)).slice(0, limit);
  }

  private reopen(chain: string, { from, thresholds, ...selection }: Reopened): void {
    const lacking = this.select(
      chain,
      ({ transfer: { status, block, asset, passed = [] }, isSettled }) =>
        status === 'final' &&
        (!isSettled || (block !== null && block.number >= from)) &&
        thresholds.some((threshold) => !passed.includes(threshold)) &&
        isSelected(asset, selection),
    );
    for (const tracked of lacking) {
      const { transfer } = tracked;
      const passed = (transfer.passed ?? []).filter((each) => thresholds.includes(each));
      const reopened = { ...tracked, transfer: { ...transfer, passed }, isSettled: false };
      this.known.set(transfer.transferId, reopened);
    }
  }

  async balancesToRead(chain: string, assets: readonly string[], limit: number, triedUpTo: number) {
    const { moved, reads } = this.of(chain);
    const isRead = (it: Holding) => reads.some((read) => holdingKey(read) === holdingKey(it));
    return [...moved.values()]
      .filter((it) => assets.includes(it.asset) && !isRead(it) && it.triedAt <= triedUpTo)
      .sort((a, b) => a.triedAt - b.triedAt || (holdingKey(a) < holdingKey(b) ? -1 : 1))
      .slice(0, limit)
      .map(({ address, asset }) => ({ address, asset }));
  }

  async balancesRead(chain: string, number: number, limit: number) {
    const due = this.of(chain).reads.filter((read) => read.number <= number);
    return due.slice(0, limit).map((read) => ({ ...read, moved: this.movedUpTo(chain, read) }));
  }

  private movedUpTo(chain: string, { address, asset, number }: BalanceRead): bigint {
    const counted = this.select(chain, ({ direction, transfer }) => {
      const { status, block, waiting } = transfer;
      const isIncluded = status === 'detected' || status === 'final';
      const isBelow = block !== null && block.number <= number;
      return (
        ownerOf({ ...transfer, direction }) === address &&
        transfer.asset === asset &&
        isIncluded &&
        isBelow &&
        waiting !== 'unproven-trace' &&
        waiting !== 'unread-balance'
      );
    });
    return counted.reduce((sum, { direction, transfer: { amount, netted = '0' } }) => {
      const net = BigInt(amount) - BigInt(netted);
      return direction === 'in' ? sum + net : sum - net;
    }, 0n);
  }

  async addressesAfter(chain: string, after: string, limit: number) {
    return [...this.of(chain).addresses]
      .filter((it) => it > after)
      .sort((a, b) => (a < b ? -1 : 1))
      .slice(0, limit);
  }

  private changeBalances(memory: ChainMemory, change: BalanceChange): void {
    const { read = [], unread, checked = [], sweep } = change;
    // PostgreSQL refuses to write a row twice in one statement.
    if (new Set(read.map(holdingKey)).size < read.length)
      throw new Error('A balance is read twice.');
    const isOnRing = ({ number, hash }: BalanceRead) =>
      memory.ring.some((block) => block.number === number && block.hash === hash);
    for (const each of read.filter(isOnRing)) {
      const others = memory.reads.filter((it) => holdingKey(it) !== holdingKey(each));
      memory.reads = [...others, each].sort((a, b) => a.number - b.number);
      const moved = memory.moved.get(holdingKey(each));
      if (moved && moved.number <= each.number) memory.moved.delete(holdingKey(each));
    }
    for (const holding of unread?.holdings ?? []) {
      const moved = memory.moved.get(holdingKey(holding));
      if (moved) moved.triedAt = unread?.at ?? 0;
    }
    const isChecked = (it: BalanceRead) =>
      checked.some((each) => holdingKey(each) === holdingKey(it) && each.number === it.number);
    memory.reads = memory.reads.filter((it) => !isChecked(it));
    if (sweep) memory.sweep = sweep;
  }

  private markMoved(memory: ChainMemory, transfers: readonly TrackedTransfer[]): void {
    for (const { direction, transfer } of transfers) {
      const { asset, block, status } = transfer;
      const address = ownerOf({ ...transfer, direction });
      if (block === null || address === null || status === 'final') continue;
      const key = holdingKey({ address, asset });
      const before = memory.moved.get(key) ?? { address, asset, number: -1, triedAt: 0 };
      memory.moved.set(key, { ...before, number: Math.max(before.number, block.number) });
    }
  }

  /** What was read after a replaced block is read again. */
  private cutReads(memory: ChainMemory, { ancestor }: Advance): void {
    for (const read of memory.reads.filter(({ number }) => number > ancestor)) {
      const { address, asset } = read;
      const before = memory.moved.get(holdingKey(read)) ?? {
        address,
        asset,
        number: -1,
        triedAt: 0,
      };
      memory.moved.set(holdingKey(read), { ...before, number: Math.max(before.number, ancestor) });
    }
    memory.reads = memory.reads.filter(({ number }) => number <= ancestor);
  }

  async commit({ chain, fence }: Leadership, change: Change): Promise<void> {
    const memory = this.of(chain);
    if (memory.fence !== fence) throw new LostLeadership(chain);
    const { start, advance, rescans = [], addresses = [], transfers = [], again = [] } = change;
    for (const reopened of change.reopened ?? []) this.reopen(chain, reopened);
    if (start) {
      const { number: startNumber, at: startedAt, scannedFrom } = start;
      Object.assign(memory, { startNumber, startedAt, scannedFrom });
    }
    if (advance) {
      this.cutReads(memory, advance);
      memory.ring = advanceRing(memory.ring, advance);
    }
    if (change.scanned) memory.scanned = afterScan(memory.scanned, change.scanned);
    if (change.finalNumber !== undefined) {
      memory.finalNumber = change.finalNumber;
    }
    if (change.paused !== undefined) memory.paused = change.paused;
    memory.quarantine = stillQuarantined(memory.quarantine, change.quarantine ?? []);
    for (const rescan of rescans) {
      const before = memory.rescans.find(({ id }) => id === rescan.id);
      if (!before) memory.rescans = [...memory.rescans, rescan];
      else if (isOpen(before)) {
        memory.rescans = memory.rescans.map((it) => (it === before ? rescan : it));
      }
    }
    if (change.cancelled !== undefined) this.cancel(chain, change.cancelled);
    memory.rescans = memory.rescans.filter((it) => isOpen(it) || isRequested(it));
    memory.taken = highest(memory.taken, change.taken ?? null);
    memory.acknowledged = highest(memory.acknowledged, change.acknowledged ?? null);
    for (const address of addresses) memory.addresses.add(address);
    for (const tracked of transfers) this.known.set(tracked.transfer.transferId, tracked);
    this.markMoved(memory, transfers);
    if (change.balances) this.changeBalances(memory, change.balances);
    for (const tracked of [...transfers, ...again]) {
      this.position += 1n;
      memory.outbox.push({ ...trackedMessage(tracked), position: this.position });
    }
  }

  async outbox(chain: string, limit: number): Promise<readonly OutboxMessage[]> {
    return this.of(chain).outbox.slice(0, limit);
  }

  async published(chain: string, position: bigint): Promise<void> {
    const memory = this.of(chain);
    memory.outbox = memory.outbox.filter((message) => message.position > position);
  }

  async backlog(chain: string): Promise<Backlog> {
    const { outbox } = this.of(chain);
    const time = outbox[0]?.headers?.ce_time;
    return { messages: outbox.length, since: time === undefined ? null : Date.parse(time) };
  }

  async unreported(chain: string): Promise<readonly RescanReport[]> {
    const { reported } = this.of(chain);
    const observedAt = new Date().toISOString();
    return this.requested(chain)
      .filter((rescan) => {
        const last = reported.get(rescan.id);
        if (last?.rescan.state !== rescan.state) return true;
        return last.rescan.next !== rescan.next && Date.now() - last.at >= 1_000;
      })
      .map((rescan) => ({ rescan, observedAt }));
  }

  async reported(chain: string, reports: readonly RescanReport[]): Promise<void> {
    const { reported } = this.of(chain);
    for (const { rescan } of reports) reported.set(rescan.id, { rescan, at: Date.now() });
  }

  async close(): Promise<void> {}

  private select(
    chain: string,
    condition: (tracked: TrackedTransfer) => boolean,
  ): TrackedTransfer[] {
    const found = [...this.known.values()].filter(
      (tracked) => tracked.transfer.chain === chain && condition(tracked),
    );
    const place = ({ transfer }: TrackedTransfer) => transfer.block?.number ?? 0;
    const byId = (a: TrackedTransfer, b: TrackedTransfer) =>
      a.transfer.transferId < b.transfer.transferId ? -1 : 1;
    return found.sort((a, b) => place(a) - place(b) || byId(a, b));
  }

  private of(chain: string): ChainMemory {
    const memory = this.chains.get(chain) ?? emptyMemory(0n);
    this.chains.set(chain, memory);
    return memory;
  }
}

function isSelected(asset: string, { assets, except }: AssetSelection): boolean {
  return assets === null ? !except.includes(asset) : assets.includes(asset);
}

function isRequested({ origin }: Rescan): boolean {
  return origin !== 'late-address';
}
