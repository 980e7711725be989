/** How many messages may wait before `publish` refuses more. */
const WAITING_MESSAGES_MAX = 200_000;

/** How an engine stores messages, which it knows as items. */
export interface Target<Item> {
  /** Begins a request. The function says whether the next item still fits; the first always does. */
  newRequest(): (item: Item) => boolean;
  /** Stores one request. `since` is when the first of its items began to wait, in ms. */
  store(items: readonly Item[], since: number): Promise<void>;
  /** Whether the items are at fault, so that a repeat would fail again. */
  isRefusal(error: unknown): boolean;
}

/** One `publish`. Its items are stored in one request or in several, in order. */
interface Call<Item> {
  readonly items: readonly Item[];
  readonly since: number;
  /** How many of the items have been put into requests. */
  taken: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** The items of one call in a request. */
interface Piece<Item> {
  readonly call: Call<Item>;
  readonly items: readonly Item[];
}

/**
 * Stores one request at a time, so the order of a key holds over every retry. Calls that arrive meanwhile share
 * the next request. A refused item fails its own call only. In an outage all waiting calls fail: messages
 * stored after those of a failed call would overtake them when they are published again.
 */
export class PublishQueue<Item> {
  private calls: Call<Item>[] = [];
  private waiting = 0;
  private draining: Promise<void> | undefined;

  constructor(private readonly target: Target<Item>) {}

  publish(items: readonly Item[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (items.length === 0) return resolve();
      if (this.waiting > 0 && this.waiting + items.length > WAITING_MESSAGES_MAX) {
        return reject(new Error(`${this.waiting} messages wait to be published already.`));
      }
      this.calls.push({ items, since: Date.now(), taken: 0, resolve, reject });
      this.waiting += items.length;
      this.draining ??= this.drain();
    });
  }

  /** Resolves when no message waits. */
  async settled(): Promise<void> {
    await this.draining;
  }

  private async drain(): Promise<void> {
    while (this.calls.length > 0) await this.store(this.take());
    this.draining = undefined;
  }

  private take(): Piece<Item>[] {
    const pieces: Piece<Item>[] = [];
    const fits = this.target.newRequest();
    for (let call = this.calls[0]; call; call = this.calls[0]) {
      const from = call.taken;
      while (call.taken < call.items.length && fits(call.items[call.taken] as Item))
        call.taken += 1;
      if (call.taken > from) pieces.push({ call, items: call.items.slice(from, call.taken) });
      this.waiting -= call.taken - from;
      if (call.taken < call.items.length) break;
      this.calls.shift();
    }
    return pieces;
  }

  private async store(pieces: readonly Piece<Item>[]): Promise<void> {
    const [{ call: first }] = pieces as [Piece<Item>];
    try {
      await this.target.store(
        pieces.flatMap(({ items }) => items),
        first.since,
      );
      // With one request at a time, a call whose items were all taken and did not fail is stored.
      for (const { call } of pieces) if (call.taken === call.items.length) call.resolve();
    } catch (error) {
      if (!this.target.isRefusal(error))
        this.fail([...pieces.map(({ call }) => call), ...this.calls], error);
      else if (pieces.length === 1) this.fail([first], error);
      else for (const piece of pieces) await this.store([piece]);
    }
  }

  private fail(calls: readonly Call<Item>[], error: unknown): void {
    const failed = new Set(calls);
    this.calls = this.calls.filter((call) => !failed.has(call));
    this.waiting = this.calls.reduce((sum, { items, taken }) => sum + items.length - taken, 0);
    for (const call of failed) call.reject(error);
  }
}
