import type { ChainHeadV1 } from '@daybook/contracts';
import { secondsSinceReport, watchStateOf } from './chain-heads';

type Provider = NonNullable<ChainHeadV1['watch']>['providers'][number];

export function standsStill(head: ChainHeadV1, now: number): boolean {
  return head.state === 'stalled' || watchStateOf(head, now) === 'silent';
}

/** A sentence for each thing that is wrong with the watch of a chain. `now` in Unix milliseconds. */
export function watchProblems(
  chain: string,
  head: ChainHeadV1 | undefined,
  now: number,
): readonly string[] {
  if (head === undefined) {
    return [
      `No watcher has reported ${chain}. Start a chain-watcher with the same chains file, or see why it does not start.`,
    ];
  }
  const { detail } = head;
  const state = watchStateOf(head, now);
  if (state === 'silent') {
    const seconds = secondsSinceReport(head, now);
    return [`The watcher of ${chain} has not reported for ${seconds} s.`, ...gapProblems(head)];
  }
  return [...standstill(state, chain, detail), ...gapProblems(head)];
}

/**
 * The same as anybody may know it: probes need no key, and what a watcher says of its chain may quote a provider.
 */
export function publicWatchProblems(head: ChainHeadV1, now: number): readonly string[] {
  const { chain, quarantine = [] } = head;
  const state = watchStateOf(head, now);
  if (state === 'silent') return [`${chain} is silent: its watcher does not report`];
  const stands = state === 'stalled' || state === 'paused';
  const hasGaps = quarantine.some(({ isGap }) => isGap);
  return [
    ...(stands ? [`${chain} is ${state}: npx daybook chains list says why`] : []),
    ...(hasGaps ? [`${chain} has blocks of unknown content: npx daybook chains list`] : []),
  ];
}

function standstill(state: string, chain: string, detail: string | null): readonly string[] {
  if (state === 'paused' && detail !== null) return [detail];
  const why = detail === null ? '' : `: ${detail.replace(/\.$/, '')}`;
  return state === 'stalled' ? [`${chain} is stalled${why}.`] : [];
}

/** A chain that goes on over blocks whose content is unknown. One that stops says so by its state. */
function gapProblems({ chain, quarantine = [], watch }: ChainHeadV1): readonly string[] {
  const gaps = quarantine.filter(({ isGap }) => isGap);
  const [first] = gaps;
  if (first === undefined) return [];
  const others = Math.max(watch?.gaps ?? 0, gaps.length) - 1;
  const more = others === 0 ? '' : ` and ${others} more`;
  return [
    `The content of block ${first.number}${more} of ${chain} is unknown: ${first.reason} See npx daybook watch block ${first.number}`,
  ];
}

/**
 * A sentence for each thing that an operator should know of a chain although nothing is stalled by it, with
 * what to do.
 */
export function watchWarnings({ state, detail, watch }: ChainHeadV1): readonly string[] {
  const notice = state === 'following' ? detail : null;
  if (watch === undefined) return notice === null ? [] : [notice];
  const { unpublished, alarms, providers, since } = watch;
  const waiting =
    unpublished &&
    `Transfers or reports have not been published since ${unpublished.since}: ${sentenceOf(unpublished.reason)} They are stored and follow. See whether the durable log is up.`;
  const blocks = alarms.count === 1 ? 'a block' : `${alarms.count} blocks`;
  const alarm =
    alarms.last &&
    `Less was proven of ${blocks} than the chain asks for, since the watcher began at ${since}; the last is ${alarms.last.block} (${alarms.last.hash}): ${sentenceOf(alarms.last.sentence)}`;
  return [
    ...[notice, waiting, alarm].filter((sentence) => sentence !== null),
    ...providers.flatMap((provider) => providerWarnings(provider, providers.length)),
  ];
}

/** One that is limited, or not yet verified, is usually used again soon. */
const USABLE: readonly string[] = ['ok', 'limited', 'unverified'];

/** Whether a provider is used, or would be when needed. */
export function isUsable({ state }: Pick<Provider, 'state'>): boolean {
  return USABLE.includes(state);
}

/** What to do about a provider in a state; nothing is known of states of later versions. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ['failing', 'It is tried again within 30 s. See whether its node is up.'],
  ['stuck', 'Restart its node, or replace it in the chains file.'],
  ['wrong-chain', 'Correct its URL in the chains file, and restart the chain-watcher.'],
]);

function providerWarnings(provider: Provider, count: number): string[] {
  const { name, state, detail, announcements, notes } = provider;
  const others = count > 1 ? 'The others are asked meanwhile.' : 'The chain has no other provider.';
  const why = detail === null ? '' : `: ${detail.replace(/\.$/, '')}`;
  const advice = [ADVICE.get(state), others].filter((text) => text !== undefined).join(' ');
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
