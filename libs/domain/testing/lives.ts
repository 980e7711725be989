import fc from 'fast-check';
import type { Asset, OwnerFacts, ReplenishmentCommand, TransferContent } from '../src';
import * as a from './a';

export type RecordTransfer = Extract<ReplenishmentCommand, { type: 'RecordTransfer' }>;

/** What a chain shows of one transfer from its first sighting on, as a watcher reports it, in order. */
export type Life = readonly RecordTransfer[];

/** What one inclusion may move: two amounts, two purses, and each kind of thing that is rejected. */
const registered = a.asset({ minimum: 2n });
const secondParties = { ...a.parties, customerId: 'second-customer', purseId: 'second-purse' };
const CONTENTS: readonly {
  readonly content: Partial<TransferContent>;
  readonly asset: Asset | null;
}[] = [
  { content: {}, asset: registered },
  { content: { amount: '9' }, asset: registered },
  { content: { amount: '9', to: 'second-address' }, asset: registered },
  { content: { amount: '1' }, asset: registered },
  { content: { amount: '0' }, asset: registered },
  { content: { asset: 'eip155:1/erc20:0xfa4e' }, asset: null },
];

const ownerFacts: fc.Arbitrary<OwnerFacts> = fc.record({
  purseStatus: fc.constantFrom('active', 'active', 'archived', 'declined', 'unowned'),
  customerBlocked: fc.boolean(),
  customerErased: fc.boolean(),
});

/** One attempt of the transaction to get into the chain. Small values are the plain case. */
const chapter = fc.record({
  sighting: fc.constantFrom('none', 'seen', 'dropped', 'seen-again'),
  inclusion: fc.constantFrom('detected-final', 'final', 'detected', 'failed', 'none'),
  what: fc.constantFrom(...CONTENTS),
  /** Whether a wiped watcher reports the inclusion a second time, with newer versions. */
  again: fc.boolean(),
  end: fc.constantFrom('stands', 'reverted'),
  versionStep: fc.integer({ min: 1, max: 3 }),
  owner: ownerFacts,
});
type Chapter = typeof chapter extends fc.Arbitrary<infer C> ? C : never;

const REPORTS = {
  none: [],
  seen: ['seen'],
  dropped: ['seen', 'dropped'],
  'seen-again': ['seen', 'dropped', 'seen'],
  detected: ['detected'],
  'detected-final': ['detected', 'final'],
  final: ['final'],
  failed: ['failed'],
} as const;

/**
 * Lives as chains produce them: sightings, inclusions in new blocks, perhaps with other content,
 * reverts that are reported, reverts that only the next block shows, and watchers that lost their state.
 * Not here: a transfer that returns to the block it was removed from. Without a report of the revert,
 * both inclusions are one. Example tests cover it.
 */
export function lives(screening: fc.Arbitrary<boolean> = fc.constant(false)): fc.Arbitrary<Life> {
  return fc
    .tuple(fc.nat({ max: 0xffff }), screening, fc.array(chapter, { minLength: 1, maxLength: 5 }))
    .map(([number, screens, chapters]) => writeLife(`${number}`, screens, chapters));
}

function writeLife(name: string, screening: boolean, chapters: readonly Chapter[]): Life {
  const life: RecordTransfer[] = [];
  let included = false;
  let version = 0;
  for (const [
    index,
    { sighting, inclusion, what, again, end, versionStep, owner },
  ] of chapters.entries()) {
    // A transaction in a block is not in the mempool; only another block can show it next.
    if (included && inclusion === 'none') continue;
    const run = REPORTS[inclusion];
    const statuses = [
      ...(included ? [] : REPORTS[sighting]),
      ...run,
      ...(again ? run : []),
      ...(inclusion !== 'none' && end === 'reverted' ? (['reverted'] as const) : []),
    ];
    included = inclusion !== 'none' && end === 'stands';
    for (const status of statuses) {
      version += versionStep;
      const inBlock = status !== 'seen' && status !== 'dropped';
      const block = inBlock ? a.block(`${name}-${index}`, 100 + index) : null;
      const report = a.report({ version, status, block, txHash: `0x${name}` });
      const content = { ...report.content, ...what.content };
      const parties = content.to === a.address ? a.parties : secondParties;
      const facts = a.facts({ ...owner, parties, asset: what.asset, screening });
      life.push({ type: 'RecordTransfer', report: { ...report, content }, facts });
    }
  }
  return readable(life);
}

/** Reports that a failing property prints as a line each instead of a page. */
function readable(reports: readonly RecordTransfer[]): readonly RecordTransfer[] {
  const line = ({ report: { version, status, content, block } }: RecordTransfer) =>
    `v${version} ${status} ${content.amount} of ${content.asset} to ${content.to} in ${block?.hash}`;
  const print = () => `\n${reports.map(line).join('\n')}\n`;
  return Object.defineProperty([...reports], fc.toStringMethod, { value: print });
}

/** The last report about a block: it says whether the transfer is in the chain in the end. */
export function lastWord(life: Life): RecordTransfer | undefined {
  return life.findLast(({ report }) => report.status !== 'seen' && report.status !== 'dropped');
}

/** A life as an at-least-once log delivers it: in order, with rewinds to an earlier report. */
export const rewoundLives = fc
  .tuple(lives(), fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 3 }))
  .map(([life, rewinds]) => {
    const delivered: RecordTransfer[] = [];
    let next = 0;
    for (const [steps, back] of rewinds) {
      delivered.push(...life.slice(next, next + steps));
      next = Math.max(Math.min(next + steps, life.length) - back, 0);
    }
    return { life, delivered: readable([...delivered, ...life.slice(next)]) };
  });

/** Any of a life's reports in any order and number, as long as the last one is among them. */
export const scatteredLives = fc
  .tuple(lives(), fc.array(fc.nat(60), { maxLength: 20 }), fc.nat(20))
  .map(([life, picks, place]) => {
    const word = lastWord(life);
    const delivered = picks.flatMap((pick) => life[pick % life.length] ?? []);
    delivered.splice(place, 0, ...(word === undefined ? [] : [word]));
    return { life, delivered: readable(delivered) };
  });
