import type { json } from '@daybook/contracts';
import colors from 'picocolors';
import { facts, table } from '../cli/output';

/** One row a chain, and below them what is wrong. `now` in Unix milliseconds. */
export function watchList(chains: readonly json.ChainWatch[], now: number): string {
  const rows = chains.map((chain) => {
    const { watch, lag, observedAt } = chain;
    return [
      ...[nameOf(chain), stateOf(chain)],
      ...[numberOf(chain.latest), ageOf(watch?.newestBlockAt ?? null, now), numberOf(lag)],
      ...[providersOf(watch), quarantineOf(chain), numberOf(watch?.gapCheck?.unscanned ?? null)],
      observedAt === null ? 'never' : `${ageOf(observedAt, now)} ago`,
    ];
  });
  const head = ['chain', 'state', 'newest block', 'age', 'lag', 'providers', 'quarantine'];
  return [
    table([...head, 'unscanned', 'last report'], rows),
    remarksOf(chains),
    chains.length > 0 ? colors.dim('"npx daybook chains show <chain>" shows all of a chain.') : '',
  ]
    .filter((section) => section !== '')
    .join('\n\n');
}

/** Everything that is known of the watch of a chain. `now` in Unix milliseconds. */
export function watchPage(chain: json.ChainWatch, now: number): string {
  const { watch } = chain;
  const sections = [
    `${colors.bold(nameOf(chain))}: ${stateOf(chain)}`,
    facts(progressFacts(chain, now)).join('\n'),
    ...(watch === null
      ? [chain.observedAt === null ? '' : 'Its watcher is older and reports no more than this.']
      : [facts(workFacts(chain, watch, now)).join('\n'), ...providerSections(watch)]),
    quarantineLines(chain).join('\n'),
    remarksOf([chain]),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function progressFacts(chain: json.ChainWatch, now: number) {
  const { latest, matched, finalized, lag, addressesThrough, observedAt, detail, watch } = chain;
  const age = watch?.newestBlockAt ? `, ${ageOf(watch.newestBlockAt, now)} old` : '';
  const left = watch?.secondsLeft ?? null;
  const time = lag !== 0 && left !== null ? `, about ${inWords(left)} left` : '';
  return {
    why: detail,
    'newest block': latest === null ? null : `${latest}${age}`,
    matched: matched === null ? null : `up to ${matched}, ${lag} to go${time}`,
    final: latest === null ? null : finalized === null ? 'not known yet' : `up to ${finalized}`,
    addresses:
      addressesThrough === null
        ? null
        : `all that were minted up to position ${addressesThrough} are watched`,
    'last report': observedAt === null ? null : `${ageOf(observedAt, now)} ago`,
  };
}

function workFacts(chain: json.ChainWatch, watch: json.WatchDetails, now: number) {
  const { rescans, unpublished, gapCheck, reorgs, alarms, since, reconciliation } = watch;
  const blocks = `${rescans.blocksLeft} blocks left`;
  return {
    'gap check': gapCheckOf(gapCheck),
    balances: balancesOf(reconciliation),
    quarantine: quarantineOf(chain),
    rescans: rescans.open === 0 ? 'none open' : `${rescans.open} open, ${blocks}`,
    reorgs: `${reorgs.count} since ${since}${reorgOf('deepest', reorgs.deepest)}${reorgOf('last', reorgs.last)}`,
    alarms:
      alarms.last === null
        ? `none since ${since}`
        : `${alarms.count} since ${since}, the last at block ${alarms.last.block}, ${ageOf(alarms.last.at, now)} ago`,
    publishing: unpublished === null ? 'works' : `not since ${unpublished.since}`,
  };
}

function gapCheckOf(check: json.GapCheck | null): string {
  if (check === null) return 'nothing is final yet';
  const { from, to, unscanned, ranges } = check;
  if (unscanned === 0) return `every height from ${from} to ${to} was scanned or is in quarantine`;
  const named = ranges.map((it) => (it.from === it.to ? it.from : `${it.from} to ${it.to}`));
  const shown = ranges.reduce((sum, it) => sum + it.to - it.from + 1, 0);
  const others = shown < unscanned ? ' and others' : '';
  return `${unscanned} heights from ${from} to ${to} were not scanned: ${named.join(', ')}${others}`;
}

function balancesOf(compared: json.Reconciliation | null): string {
  if (compared === null || compared.readsPerMinute === 0) return 'are not compared';
  const { readsPerMinute, checked, notChecked, sweepSeconds } = compared;
  const sweep = sweepSeconds === null ? 'no sweep has ended yet' : `a sweep took ${sweepSeconds} s`;
  return `${checked} compared, ${notChecked} not said by the node, at most ${readsPerMinute} a minute; ${sweep}`;
}

function reorgOf(which: string, reorg: json.Reorg | null): string {
  if (reorg === null) return '';
  const { depth, ancestor, at } = reorg;
  return `; the ${which}: ${counted(depth, 'block')} above ${ancestor}, at ${at}`;
}

function providerSections({ providers }: json.WatchDetails): readonly string[] {
  const rows = providers.map((provider) => {
    const { name, state, score, lastHead, questions, errors, budget } = provider;
    const failed = errors.map(({ kind, count }) => `${kind} ${count}`).join(', ');
    const max = budget?.callsPerDay ?? null;
    const calls =
      budget === null ? '' : `${budget.callsToday}${max === null ? '' : ` of ${max}`} today`;
    return [
      ...[name, state === 'ok' ? colors.green(state) : colors.yellow(state), `${score} ms`],
      ...[numberOf(lastHead), numberOf(questions), failed || 'none', calls],
    ];
  });
  const head = ['provider', 'state', 'score', 'newest block', 'questions', 'errors', 'calls'];
  const said = providers.flatMap(({ name, detail, announcements, notes }) => [
    ...(detail === null ? [] : [`${name}: ${detail}`]),
    ...(announcements === null ? [] : [`${name}: its WebSocket is down: ${announcements}`]),
    ...notes.map(({ sentence }) => `${name}: ${sentence}`),
  ]);
  return [table(head, rows), said.join('\n')];
}

function quarantineLines({ quarantine, chain }: json.ChainWatch): readonly string[] {
  return quarantine.flatMap(({ number, hash, isGap, since, reason, answers }) => [
    `Block ${number} (${hash}) is in quarantine since ${since}: ${reason}`,
    isGap ? '  The chain goes on over it.' : '  The chain stops before it.',
    ...answers.map(({ provider, said }) => `  ${provider}: ${said}`),
    `  "npx daybook watch block ${number} --chain ${chain}" with --ask, --accept or --skip resolves it.`,
  ]);
}

/** What is wrong, and what an operator should know. */
function remarksOf(chains: readonly json.ChainWatch[]): string {
  return [
    ...chains.flatMap(({ problems }) => problems.map((it) => colors.red(`! ${it}`))),
    ...chains.flatMap(({ chain, warnings }) =>
      warnings.map((it) => colors.yellow(`! ${chain}: ${it}`)),
    ),
  ].join('\n');
}

function nameOf({ chain, name }: json.ChainWatch): string {
  return name === null ? chain : `${name} (${chain})`;
}

function stateOf({ state, standsStill }: json.ChainWatch): string {
  return standsStill ? colors.red(state) : colors.green(state);
}

function providersOf(watch: json.WatchDetails | null): string {
  if (watch === null) return '';
  return `${watch.providers.filter(({ state }) => state === 'ok').length} of ${watch.providers.length} ok`;
}

function quarantineOf({ quarantine, watch, observedAt }: json.ChainWatch): string {
  if (observedAt === null) return '';
  const count = watch?.blocksInQuarantine ?? quarantine.length;
  const gaps = watch?.gaps ?? quarantine.filter(({ isGap }) => isGap).length;
  return count === 0 ? 'none' : `${counted(count, 'block')}, ${counted(gaps, 'gap')}`;
}

function numberOf(value: number | null): string {
  return value === null ? '' : String(value);
}

/** How long ago a time is; nothing without one. */
export function ageOf(at: string | null, now: number): string {
  return at === null ? '' : inWords(Math.max(0, Math.round((now - Date.parse(at)) / 1_000)));
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function inWords(seconds: number): string {
  if (seconds < 2 * MINUTE) return `${seconds} s`;
  if (seconds < 2 * HOUR) return `${Math.round(seconds / MINUTE)} min`;
  return seconds < 2 * DAY
    ? `${Math.round(seconds / HOUR)} h`
    : `${Math.round(seconds / DAY)} days`;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
