import fc from 'fast-check';
import * as a from '../testing/a';
import { goldenFiles } from '../testing/golden';
import { lives } from '../testing/lives';
import { RUNS } from '../testing/runs';
import { asVersion1 } from '../testing/version-1';
import { completeReplenishment, isComplete } from './complete-replenishment';
import { fold } from './decider';
import { type ReplenishmentCommand, replenishment } from './replenishment';
import type { ReplenishmentEvent } from './replenishment-event';
import { upcast } from './upcast';

/** The order ids of the purses in `lives`: one has none. */
const orderIn = (purseId: string) => (purseId === a.parties.purseId ? 'order-7' : null);

/** The events of the commands; those of the first `old` commands as version 1 stored them. */
function historyOf(commands: readonly ReplenishmentCommand[], old: number): ReplenishmentEvent[] {
  const history: ReplenishmentEvent[] = [];
  for (const [i, command] of commands.entries()) {
    const events = replenishment.decide(command, fold(replenishment, history));
    history.push(...(i < old ? events.map(asVersion1) : events));
  }
  return history;
}

const complete = (history: readonly ReplenishmentEvent[]) =>
  completeReplenishment(
    history.map((event, i) => ({ event, position: BigInt(i + 1) })),
    orderIn,
  );

const resolution: ReplenishmentCommand = {
  type: 'ResolveCompliance',
  accountId: a.parties.accountId,
  decision: a.refused,
  facts: a.ownerFacts(),
};

/** Lives of transfers, screened ones with their decision where it can be made. */
const stories = lives(fc.boolean()).map((life): readonly ReplenishmentCommand[] => {
  const story: ReplenishmentCommand[] = [];
  for (const command of life) {
    const { parties } = command.facts;
    const facts = { ...command.facts, outsideOrderId: orderIn(parties.purseId) };
    story.push({ ...command, facts });
    const state = fold(replenishment, historyOf(story, 0));
    if (state.status === 'screening' && state.version % 2 === 0) story.push(resolution);
  }
  return story;
});

describe('an event of version 1', () => {
  it('is completed to what version 2 says, wherever in a life the versions change', () => {
    fc.assert(
      fc.property(stories, fc.nat({ max: 30 }), (story, old) => {
        const current = historyOf(story, 0);
        expect(current.every(isComplete)).toBe(true);
        expect(complete(historyOf(story, old))).toEqual(current);
      }),
      RUNS,
    );
  });

  it('is completed by what comes before it alone', () => {
    fc.assert(
      fc.property(stories, fc.nat({ max: 30 }), (story, length) => {
        const stored = historyOf(story, story.length);
        expect(stored.some(isComplete)).toBe(false);
        expect(complete(stored.slice(0, length))).toEqual(complete(stored).slice(0, length));
      }),
      RUNS,
    );
  });

  it('has the order id that the purse had when the transfer was first observed there', () => {
    const history = [
      a.replenishmentSeen({ version: 1 }),
      a.replenishmentDetected({ version: 2 }),
      a.replenishmentConfirmed({ version: 3 }),
    ].map(asVersion1);
    const positions = [5n, 8n, 9n];
    const placed = history.map((event, i) => ({ event, position: positions[i] as bigint }));
    const orders = completeReplenishment(placed, (_, position) => `at ${position}`).map(
      ({ data }) => data.outsideOrderId,
    );
    expect(orders).toEqual(['at 5', 'at 5', 'at 5']);
  });

  it('is, as its golden file has it, completed to the same fields as the golden file of today', () => {
    const examplesOf = (type: string, version: number) =>
      (goldenFiles().get(`${type}@${version}.json`)?.examples ?? []).map(
        (data) => upcast({ type, data, schemaVersion: version }) as ReplenishmentEvent,
      );
    const [detected] = examplesOf('ReplenishmentDetected', 1);
    if (detected === undefined) throw new Error('There is no golden detection.');
    for (const type of [
      'ReplenishmentConfirmed',
      'ReplenishmentDeclined',
      'ReplenishmentReverted',
    ]) {
      const [current] = examplesOf(type, 2);
      if (current === undefined) throw new Error(`${type} has no golden example.`);
      const { transfer } = current.data;
      for (const event of examplesOf(type, 1)) {
        const data = complete([detected, event])[1]?.data as object;
        expect(new Set(Object.keys(data))).toEqual(new Set(Object.keys(current.data)));
        expect(data).toMatchObject({ ...event.data, transfer, outsideOrderId: 'order-7' });
      }
    }
  });
});
