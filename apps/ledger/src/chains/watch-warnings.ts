import type { ChainHeadV1 } from '@daybook/contracts';

/** A watcher reports every ten seconds at least. One that is silent for longer than this is a problem. */
export const REPORT_SECONDS_MAX = 60;
/** Ranges that a sentence names. */
const RANGES_SHOWN = 3;

type Details = NonNullable<ChainHeadV1['watch']>;
type Provider = Details['providers'][number];

/** How long ago a watcher reported. `now` in Unix milliseconds. */
export function secondsSinceReport({ observedAt }: ChainHeadV1, now: number): number {
  return Math.max(0, Math.round((now - Date.parse(observedAt)) / 1_000));
}

export function standsStill(head: ChainHeadV1, now: number): boolean {
  return head.state === 'stalled' || secondsSinceReport(head, now) > REPORT_SECONDS_MAX;
}

/**
 * A sentence for each thing that an operator should know of a chain, with what to do next. Some are no fault
 * of Daybook and stop nothing. `now` in Unix milliseconds.
 */
export function watchWarnings(
  chain: string,
  head: ChainHeadV1 | undefined,
  now: number,
): string[] {
  if (head === undefined) {
    return ['No watcher has reported it. Start a chain-watcher with the same chains file.'];
  }
  const seconds = secondsSinceReport(head, now);
  if (seconds > REPORT_SECONDS_MAX) {
    return [
      `Its watcher has not reported for ${seconds} s, so what follows is old. See whether a chain-watcher runs, and what its /readyz says.`,
    ];
  }
  const { state, detail, watch } = head;
  return [
    ...(state === 'stalled' ? [`It is stalled: ${detail ?? 'its watcher does not say why.'}`] : []),
    ...quarantineWarnings(chain, head),
    ...(watch === undefined ? [] : detailWarnings(chain, watch)),
  ];
}

/** Blocks in quarantine beyond the one that the detail of a stalled chain names. */
function quarantineWarnings(chain: string, { quarantine = [], watch }: ChainHeadV1): string[] {
  const gaps = quarantine.filter(({ isGap }) => isGap);
  const [first] = gaps;
  if (first === undefined) return [];
  const count = Math.max(watch?.gaps ?? 0, gaps.length);
  const blocks = count === 1 ? 'block is' : 'blocks is';
  return [
    `The content of ${count} ${blocks} unknown, the first is ${first.number}: ${sentenceOf(first.reason)} ` +
      'Nothing in it is called absent, and it is asked for again and again. ' +
      `"npx daybook watch block ${first.number} --chain ${chain}" shows what each provider said, and how to resolve it.`,
  ];
}

function detailWarnings(chain: string, watch: Details): string[] {
  const { unpublished, gapCheck, alarms, providers } = watch;
  return [
    ...(unpublished === null
      ? []
      : [
          `Nothing has been published since ${unpublished.since}: ${sentenceOf(unpublished.reason)} The transfers are stored and follow. See whether the durable log (Kafka or PostgreSQL) is up.`,
        ]),
    ...(gapCheck === null ? [] : unscannedWarnings(chain, gapCheck)),
    ...(alarms.last === null
      ? []
      : [
          `Since ${watch.since}, less was proven of ${alarms.count} matched ${alarms.count === 1 ? 'block' : 'blocks'} than the chain asks for, the last is ${alarms.last.block}: ${sentenceOf(alarms.last.sentence)}`,
        ]),
    ...providers.flatMap((provider) => providerWarnings(provider, providers.length)),
  ];
}

function unscannedWarnings(
  chain: string,
  { unscanned, ranges }: NonNullable<Details['gapCheck']>,
): string[] {
  const [first] = ranges;
  if (unscanned === 0 || first === undefined) return [];
  const named = ranges
    .slice(0, RANGES_SHOWN)
    .map(({ from, to }) => (from === to ? String(from) : `${from} to ${to}`));
  const heights = unscanned === 1 ? '1 height was' : `${unscanned} heights were`;
  return [
    `${heights} never scanned: ${named.join(', ')}${ranges.length > RANGES_SHOWN ? ' and others' : ''}. ` +
      `"npx daybook watch rescan --chain ${chain} --from ${first.from} --to ${first.to}" scans the first of them.`,
  ];
}

/** One that is limited, or not yet verified, is usually used again soon. */
const USABLE: readonly string[] = ['ok', 'limited', 'unverified'];

/** Whether a provider is used, or would be when needed. */
export function isUsable({ state }: Pick<Provider, 'state'>): boolean {
  return USABLE.includes(state);
}

/** What to do about a provider in a state; nothing is known of states of later versions. */
const ADVICE: Readonly<Record<string, string>> = {
  failing: 'It is tried again within 30 s. See whether its node is up.',
  stuck: 'Restart its node, or replace it in the chains file.',
  'wrong-chain': 'Correct its URL in the chains file, and restart the chain-watcher.',
};

function providerWarnings(provider: Provider, count: number): string[] {
  const { name, state, detail, announcements, notes } = provider;
  const others = count > 1 ? 'The others are asked meanwhile.' : 'The chain has no other provider.';
  const why = detail === null ? '' : `: ${detail.replace(/\.$/, '')}`;
  const advice = [ADVICE[state], others].filter((text) => text !== undefined).join(' ');
  return [
    ...(isUsable(provider) ? [] : [`The provider ${name} is ${state}${why}. ${advice}`]),
    ...(announcements === null
      ? []
      : [
          `The WebSocket of ${name} announces nothing: ${sentenceOf(announcements)} Blocks are found by polling, a little later. Check its wsUrl.`,
        ]),
    ...notes.filter((note) => note.state === 'wrong').map((it) => `${name}: ${it.sentence}`),
  ];
}

function sentenceOf(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
