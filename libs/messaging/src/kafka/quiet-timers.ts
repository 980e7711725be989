interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

let done = false;

/**
 * Mends kafkajs 2.2.4 (its last release): after every answer it sets a timer to look at requests that
 * wait, also when none does; the time is negative then, which Node warns of and runs every millisecond,
 * for each connection, for ever (kafkajs issue 1751). With nothing waiting there is nothing to look at.
 */
export function quietTimers(): void {
  if (done) return;
  done = true;
  const { prototype } = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function scheduleWhenNeeded() {
    if (this.pending.length > 0) schedule.call(this);
  };
}
