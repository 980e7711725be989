/** What was started, to be stopped in the reverse order at any moment, even during the start. */
export class Stack {
  private readonly stops: (() => Promise<void> | void)[] = [];
  private stopping: Promise<void> | undefined;

  push(stop: () => Promise<void> | void): void {
    this.stops.push(stop);
  }

  stop(): Promise<void> {
    this.stopping ??= this.unwind();
    return this.stopping;
  }

  private async unwind(): Promise<void> {
    for (let stop = this.stops.pop(); stop; stop = this.stops.pop()) await stop();
  }
}
