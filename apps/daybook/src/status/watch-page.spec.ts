import { stripVTControlCharacters } from 'node:util';
import type { json } from '@daybook/contracts';
import { goldenMessage } from '../../../../libs/contracts/testing/golden';
import { ageOf, watchList, watchPage } from './watch-page';

const { value } = goldenMessage('daybook.chain-head.v1', 'with-all-that-operators-see');
const watch = value.watch as json.WatchDetails;
const NOW = Date.parse(value.observedAt as string) + 3_000;

const chain: json.ChainWatch = {
  ...{ chain: 'eip155:1', name: 'Ethereum', state: 'stalled', detail: 'The node is gone.' },
  ...{ standsStill: true, latest: 21_543_222, matched: 21_543_200, finalized: 21_543_150, lag: 22 },
  ...{ addressesThrough: '12', observedAt: value.observedAt as string },
  ...{
    problems: ['eip155:1 is stalled: The node is gone.'],
    warnings: ['rented: Calls are used up.'],
  },
  quarantine: [
    {
      ...{ number: '21543201', hash: '0xab', isGap: false, since: '2025-01-02T03:00:00.000Z' },
      reason: 'A receipt is missing.',
      answers: [{ provider: 'own-node', said: 'A receipt is missing.' }],
    },
  ],
  watch,
};
const unwatched: json.ChainWatch = {
  ...{ ...chain, chain: 'eip155:56', name: null, state: 'unwatched', detail: null },
  ...{ latest: null, matched: null, finalized: null, lag: null, addressesThrough: null },
  ...{ observedAt: null, quarantine: [], watch: null, warnings: [] },
  problems: ['No watcher has reported eip155:56.'],
};

const page = (shown = chain) => stripVTControlCharacters(watchPage(shown, NOW));

it('shows everything that is known of the watch of a chain', () => {
  const lines = page().split('\n');
  const has = (text: RegExp) => expect(lines).toContainEqual(expect.stringMatching(text));
  expect(lines[0]).toBe('Ethereum (eip155:1): stalled');
  has(/newest block +21543222, 8 s old/);
  has(/matched +up to 21543200, 22 to go, about 11 s left/);
  has(
    /gap check +13 heights from 21000000 to 21543150 were not scanned: 21000007, 21000020 to 21000031$/,
  );
  has(/rescans +1 open, 1200 blocks left/);
  has(/reorgs +7 since .*; the deepest: 3 blocks above 21540000, at .*; the last: 1 block above/);
  has(/alarms +2 since .*, the last at block 21543000, 47 min ago/);
  has(/publishing +not since 2025-01-02T03:06:20.000Z/);
  has(/^own-node +ok +42 ms +21543222 +91822 +silent 2 +183201 today/);
  has(/^rented +limited +2120 ms .* limited 17 +99999 of 100000 today/);
  has(/^own-node: its WebSocket is down: The connection/);
  has(/^Block 21543201 \(0xab\) is in quarantine since/);
  has(/"npx daybook watch block 21543201 --chain eip155:1" with --ask/);
  has(/^! eip155:1 is stalled/);
  has(/^! eip155:1: rented: Calls are used up\./);
});

it('says that the gap check holds, and that nothing happened', () => {
  const gapCheck = { from: 5, to: 90, unscanned: 0, ranges: [] };
  const reorgs = { count: 0, deepest: null, last: null };
  const alarms = { count: 0, last: null };
  const calm = { ...watch, gapCheck, reorgs, alarms, unpublished: null, blocksInQuarantine: 0 };
  const text = page({ ...chain, quarantine: [], watch: calm });
  expect(text).toMatch(/gap check +every height from 5 to 90 was scanned or is in quarantine/);
  expect(text).toMatch(/quarantine +none/);
  expect(text).toMatch(/reorgs +0 since/);
  expect(text).toMatch(/alarms +none since/);
  expect(text).toMatch(/publishing +works/);
});

it('shows a chain without a report, and one whose watcher is older', () => {
  expect(page(unwatched)).toBe('eip155:56: unwatched\n\n! No watcher has reported eip155:56.');
  expect(page({ ...chain, watch: null })).toContain('Its watcher is older');
});

it('lists the chains, a row each, with what is wrong below', () => {
  const lines = stripVTControlCharacters(watchList([chain, unwatched], NOW)).split('\n');
  expect(lines[1]).toMatch(
    /^Ethereum \(eip155:1\) +stalled +21543222 +8 s +22 +1 of 2 ok +1 block, 1 gap +13 +3 s ago$/,
  );
  expect(lines[2]).toMatch(/^eip155:56 +unwatched +never$/);
  expect(lines).toContain('! No watcher has reported eip155:56.');
  expect(watchList([], NOW)).toBe('');
});

it.each([
  ['2025-01-02T03:06:43.000Z', '0 s'],
  ['2025-01-02T03:10:00.000Z', '0 s'],
  ['2025-01-02T03:04:44.000Z', '119 s'],
  ['2025-01-02T02:30:43.000Z', '36 min'],
  ['2025-01-01T03:06:43.000Z', '24 h'],
  ['2024-12-01T03:06:43.000Z', '32 days'],
])('says that %s was %s ago', (at, words) => {
  expect(ageOf(at, Date.parse('2025-01-02T03:06:43.000Z'))).toBe(words);
});
