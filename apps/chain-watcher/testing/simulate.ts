import { parseArgs } from 'node:util';
import { loadKeccak } from '../../../libs/chains/src/evm/keccak';
import { faultsOf } from './faults-of';
import { simulate } from './simulation';

/** Shown when the options are wrong. */
const USAGE = `Usage: npm run simulate -- --seed <number> [--blocks <number>] [--operator] [--pauses]
Runs a watcher over a model chain with faults, reorgs and crashes, and compares the ledger's books with the chain.
The same seed runs the same story. Exits with 1 if the books differ.`;

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : undefined;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      blocks: { type: 'string', default: '500' },
      operator: { type: 'boolean', default: false },
      pauses: { type: 'boolean', default: false },
    },
  });
  const [seed, blocks] = [wholeNumber(values.seed), wholeNumber(values.blocks)];
  if (seed === undefined || blocks === undefined) throw new Error(USAGE);
  const { operator, pauses } = values;
  const since = performance.now();
  const outcome = await simulate(seed, await loadKeccak(), { operator, pauses, blocks });
  const faults = faultsOf(outcome);
  const seconds = ((performance.now() - since) / 1_000).toFixed(1);
  const reverts = outcome.published.filter(({ status }) => status === 'reverted').length;
  console.log(
    `Seed ${seed}: ${outcome.blocks} blocks, ${outcome.truth.size} transfers, ${reverts} reverted on the way, ` +
      `${outcome.gaps} gaps, ${outcome.providers === 1 ? 'one provider' : 'two providers'}, ${seconds} s.`,
  );
  for (const fault of faults) console.log(fault);
  if (faults.length > 0) process.exitCode = 1;
  else console.log('The books equal the chain.');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
