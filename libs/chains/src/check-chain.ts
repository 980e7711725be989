import { formatUnits } from '@daybook/domain';
import { messageOf } from '@daybook/platform/plain';
import type { ChainBlock } from './chain-client';
import { findingsOf } from './check/finding-of';
import {
  type CheckedProvider,
  type CheckPlan,
  checkProvider,
  type ProviderCheck,
} from './check-provider';
import type { Finding } from './inspection';
import { agreeOnTag } from './providers/agreement';
import { isSameContent } from './providers/confirm';
import { faultOf } from './providers/fault';

/** What a check found out about one chain. */
export interface ChainCheck {
  /** CAIP-2. */
  readonly chain: string;
  readonly name: string;
  readonly providers: readonly ProviderCheck[];
  /** About all providers together. */
  readonly findings: readonly Finding[];
  /** Whether nothing that the watcher needs is missing. */
  readonly canRun: boolean;
}

/**
 * Asks every provider of a chain everything that the watcher will need, one after the other, and compares what they
 * answered. A provider that fails does not end the check of the others.
 */
export async function checkChain(plan: CheckPlan): Promise<ChainCheck> {
  const { chain, connection } = plan;
  const checked: CheckedProvider[] = [];
  for (const provider of connection.providers) checked.push(await checkProvider(plan, provider));
  const findings = [
    ...(checked.length > 1 ? await compare(plan, checked) : []),
    ...bandFindings(plan),
  ];
  const all = [...findings, ...checked.flatMap((each) => each.findings)];
  return {
    ...{ chain: chain.id, name: chain.name, findings },
    providers: checked.map(({ name, findings: own }) => ({ name, findings: own })),
    canRun: all.every(({ state }) => state !== 'wrong'),
  };
}

const agreement = findingsOf('agreement');

/** Whether the providers show the same final block, and the same content of one block. */
async function compare(
  { step }: CheckPlan,
  checked: readonly CheckedProvider[],
): Promise<readonly Finding[]> {
  const answering = checked.filter(({ block }) => block !== null);
  if (answering.length < 2) {
    return [
      agreement.wrong(
        'Fewer than two providers answer, so nothing can be compared.',
        'Correct the ones that fail. Until then, what needs two providers waits.',
      ),
    ];
  }
  step('all providers: the same chain');
  return [await compareFinal(answering), await compareContent(answering)];
}

async function compareFinal(answering: readonly CheckedProvider[]): Promise<Finding> {
  const voters = answering.map(({ name, inspection: { client } }) => ({
    name,
    tagged: (tag: 'finalized' | 'safe') => client.tagged(tag),
    header: (number: number) => client.header(number),
  }));
  try {
    const agreed = await agreeOnTag('finalized', voters);
    if (agreed.kind === 'disagreed') {
      return agreement.wrong(agreed.sentence, 'Until they agree, nothing is credited.');
    }
    if (agreed.header !== null && agreed.by.length > 1) {
      return agreement.ok(`The providers show the same final block ${agreed.header.number}.`);
    }
    return agreement.warning(
      'The final blocks of the providers could not be compared: fewer than two show one.',
      'See the finality of each provider.',
    );
  } catch (error) {
    if (faultOf(error) === null) throw error;
    return agreement.wrong(messageOf(error), 'Check again.');
  }
}

/** The oldest of the blocks that were read is the likeliest to be the same everywhere. */
async function compareContent(answering: readonly CheckedProvider[]): Promise<Finding> {
  const numbers = answering.flatMap(({ block }) => block?.number ?? []);
  const number = Math.min(...numbers);
  const shown: (readonly [string, ChainBlock])[] = [];
  for (const { name, inspection } of answering) {
    try {
      const block = await inspection.client.block(number, true);
      if (block !== null) shown.push([name, block]);
    } catch (error) {
      if (faultOf(error) === null) throw error;
    }
  }
  const [first, ...others] = shown;
  if (first === undefined || others.length === 0) {
    return agreement.warning(`Block ${number} is not shown by two providers.`, 'Check again.');
  }
  const [name, block] = first;
  for (const [other, shownThere] of others) {
    if (shownThere.hash !== block.hash) {
      return agreement.warning(
        `${name} and ${other} show different blocks ${number}. One may have replaced it meanwhile.`,
        'Check again. If it persists, one of them is on another branch.',
      );
    }
    if (!isSameContent(shownThere, block)) {
      return agreement.wrong(
        `${name} and ${other} show block ${number} (${block.hash}) with different content.`,
        'One of them leaves something out or adds something: compare with a block explorer.',
      );
    }
  }
  return agreement.ok(`The providers show block ${number} with the same content.`);
}

/** What waits for a second provider, or is believed without one. */
function bandFindings({ chain, connection, registry }: CheckPlan): readonly Finding[] {
  const { ok, warning } = findingsOf('amounts');
  const listed = registry.assets.filter((asset) => asset.chain === chain.id);
  const banded = listed.flatMap(({ id, currency, decimals }) => {
    const band = registry.assetBands.get(id);
    return band === undefined ? [] : [`${formatUnits(band, decimals)} ${currency}`];
  });
  const without = listed.filter(({ id }) => !registry.assetBands.has(id));
  const names = without.map(({ currency }) => currency).join(', ');
  const free =
    without.length === 0
      ? []
      : [
          ok(
            `${names}: no band is set, so one provider is believed for any amount. "band" at the asset sets one.`,
          ),
        ];
  if (listed.length === 0) {
    return [
      warning(
        'No asset is listed, so nothing can be credited.',
        'List the coin and the tokens at "assets" of the chain.',
      ),
    ];
  }
  if (banded.length === 0) return free;
  const above = `Transfers above ${banded.join(', ')}`;
  if (connection.providers.length > 1) return [ok(`${above} need two providers.`), ...free];
  if (connection.singleProvider === 'accept') {
    const sentence = `${above} are believed on the one provider: singleProvider is "accept".`;
    return [ok(sentence), ...free];
  }
  return [
    warning(
      `${above} wait as awaiting-second-provider, because there is one provider.`,
      'Add a provider of another company, or set "singleProvider": "accept" to believe the one.',
    ),
    ...free,
  ];
}
