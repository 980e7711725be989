import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { type WatchRequestCommand, watchRequest } from './watch-request';

const given = specification(watchRequest);

type Request = Extract<WatchRequestCommand, { type: 'RequestWatch' }>;

const requested = a.watchRequested();
const cancelled = a.watchRequestCancelled();

const request = (change: Partial<Request> = {}): Request => {
  return { type: 'RequestWatch', ...requested.data, facts: { latest: 20_000_000 }, ...change };
};
const cancel = (ended: string | null = null): WatchRequestCommand => {
  return { type: 'CancelWatchRequest', reason: cancelled.data.reason, facts: { ended } };
};

it('requests once', () => {
  given().when(request()).emits(requested).when(request()).changesNothing();
  given(requested, cancelled).when(request()).changesNothing();
});

it('leaves to the watcher what is not known here', () => {
  const reset = { kind: 'reset-ring', from: null, to: null } as const;
  given().when(request(reset)).emits(a.watchRequested(reset));
  given()
    .when(request({ to: null, facts: { latest: null } }))
    .emits(a.watchRequested({ to: null }));
});

it('requests what to do about a block in quarantine, which may be the next one', () => {
  for (const kind of ['ask-block', 'accept-block', 'skip-block'] as const) {
    const wish = { kind, from: 21_000_000, to: null };
    given().when(request(wish)).emits(a.watchRequested(wish));
  }
});

it('requests a rescan of the block of a transaction, which the watcher finds', () => {
  for (const kind of ['rescan', 'report-again'] as const) {
    const wish = { kind, from: null, to: null, transaction: '0x5c' };
    given().when(request(wish)).emits(a.watchRequested(wish));
  }
});

it('requests a pause of the chain and its end', () => {
  for (const kind of ['pause', 'resume'] as const) {
    const wish = { kind, from: null, to: null };
    given().when(request(wish)).emits(a.watchRequested(wish));
  }
});

it.each<[string, Partial<Request>]>([
  ['blocks and a transaction', { transaction: '0x5c' }],
  ['a transaction up to a block', { from: null, transaction: '0x5c' }],
  ['a reset of a transaction', { kind: 'reset-ring', from: null, to: null, transaction: '0x5c' }],
  ['a decision about a transaction', { kind: 'ask-block', to: null, transaction: '0x5c' }],
  ['a pause from a block on', { kind: 'pause', to: null }],
  ['a pause up to a block', { kind: 'pause', from: null }],
  ['the end of a pause at a block', { kind: 'resume', to: null }],
  ['a pause for a transaction', { kind: 'pause', from: null, to: null, transaction: '0x5c' }],
  ['a rescan without its first block', { from: null }],
  ['a reset with a last block', { kind: 'reset-ring' }],
  ['blocks in the wrong order', { from: 8, to: 7 }],
  ['blocks beyond the head', { facts: { latest: 19_000_499 } }],
  ['a reset from beyond the head', { kind: 'reset-ring', to: null, facts: { latest: 1 } }],
  ['a decision without its block', { kind: 'skip-block', from: null, to: null }],
  ['a decision about several blocks', { kind: 'accept-block' }],
  ['more blocks than it allows', { blocksMax: 500 }],
  ['more blocks up to the head than it allows', { to: null }],
])('refuses %s', (_, change) => {
  given().when(request(change)).refuses('watch-request-invalid');
});

it('allows as many blocks as it says', () => {
  given()
    .when(request({ blocksMax: 501 }))
    .emits(a.watchRequested({ blocksMax: 501 }));
});

it('is cancelled once, unless it has ended', () => {
  given(requested).when(cancel()).emits(cancelled).when(cancel()).changesNothing();
  given(requested).when(cancel('done')).refuses('watch-request-ended');
  given(requested, cancelled).when(cancel('done')).changesNothing();
  given().when(cancel()).refuses('watch-request-not-found');
});

it('wants a reason', () => {
  given()
    .when(request({ reason: ' ' }))
    .refuses('invalid-reason');
  given(requested)
    .when({ type: 'CancelWatchRequest', reason: '', facts: { ended: null } })
    .refuses('invalid-reason');
});
