import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../apps/chain-watcher/testing/random';
import { DEFAULT_ACCOUNT_ID } from '../../apps/ledger/src/edge/identity';
import { until } from '../dependencies';
import { type KafkaBroker, startKafkaBroker } from '../kafka-broker';
import { actsOf, inWords, perform, type Recovery, signalsOf } from './acts';
import {
  type ChaosChain,
  chainEntry,
  GAS_COMES_FROM,
  SWEEPS_GO_TO,
  startChaosChain,
} from './chain';
import { clients } from './clients';
import { type Product, startProduct } from './product';
import { PURSES_XPUB } from './purse-keys';
import { verdict } from './verdict';

/** How fast the chain makes blocks and reorgs, and each merchant sends commands. */
export interface Pace {
  readonly blockMs: number;
  readonly reorgEveryMs: number;
  readonly commandEveryMs: number;
}

const PACE: Pace = { blockMs: 400, reorgEveryMs: 4_000, commandEveryMs: 250 };
/** So that money moves from the beginning. */
const FIRST_CUSTOMERS = 4;
/** The chain, the acts and two merchants. */
const PARTS_AT_RANDOM = 4;

export interface ChaosOptions {
  /** The same seed does the same things to the same processes, in the same order. */
  readonly seed: number;
  /** Kafka instead of tables between ledger and watcher, as one more victim. */
  readonly withKafka?: boolean;
  readonly pace?: Pace;
  /** How many times longer a recovery may take, where others share the cores. */
  readonly slack?: number;
  /** Asked before each act, with the number of those before it. */
  isOver(acts: number): boolean;
  /** Told of each act once it is over, and how many commands were answered until then. */
  onRecovery?(recovery: Recovery, commands: number): void;
}

export interface Outcome {
  readonly seed: number;
  readonly withKafka: boolean;
  /** A sentence for each thing that does not hold; none in the end of a good run. */
  readonly faults: readonly string[];
  readonly recoveries: readonly Recovery[];
  readonly signals: number;
  /** How often each thing happened on the chain and at the API. */
  readonly counts: Readonly<Record<string, number>>;
  /** With every log. It is deleted after a run without faults. */
  readonly folder: string;
}

/**
 * Runs the product on a chain with reorgs while merchants send commands, kills and stops its processes, and asks in the
 * end whether everything is as it must be.
 */
export async function runChaos(options: ChaosOptions): Promise<Outcome> {
  const { seed, slack, withKafka = false, pace = PACE } = options;
  const folder = await mkdtemp(join(tmpdir(), 'daybook-chaos-'));
  // A generator for each part, so that the timing of one does not change what another chooses.
  const randomOf = (part: number) => createRandom(seed * PARTS_AT_RANDOM + part);
  const chain = await startChaosChain(randomOf(0), () => product.branches());
  const broker = withKafka ? await startKafkaBroker() : undefined;
  const product = await startOn(chain, folder, broker).catch(async (error) => {
    await Promise.all([chain.stop(), broker?.stop()]);
    throw error;
  });
  const recoveries: Recovery[] = [];
  const faults: string[] = [];
  const [over, givenUp] = [new AbortController(), new AbortController()];
  const { answered, ...merchants } = clients(product, chain.watch, givenUp.signal);

  async function act(): Promise<void> {
    for (let n = 0; n < FIRST_CUSTOMERS; n++) await merchants.create(`first-${n}`, true);
    for (const next of actsOf(randomOf(1), withKafka)) {
      if (over.signal.aborted || options.isOver(recoveries.length)) return;
      const recovery = await perform(next, product, merchants.commandWorks, slack);
      recoveries.push(recovery);
      options.onRecovery?.(recovery, answered.commands);
    }
  }

  const acting = act();
  const load = Promise.all([
    chain.live(pace, over.signal),
    merchants.live(randomOf(2), pace.commandEveryMs, over.signal),
    merchants.live(randomOf(3), pace.commandEveryMs, over.signal),
  ]);
  try {
    // Only a fault ends the load before the acts.
    await Promise.race([acting, load]);
    over.abort();
    await load;
    faults.push(...tooSlow(recoveries), ...(await verdict(product, chain, answered)));
    await findEveryKey(chain);
  } catch (error) {
    faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    over.abort();
    givenUp.abort();
    // An act under way may start the product again.
    await Promise.allSettled([acting, load]);
    await product.stop();
    await Promise.all([chain.stop(), broker?.stop()]);
  }
  if (faults.length === 0) await rm(folder, { recursive: true, force: true });
  const signals = recoveries.reduce((sum, recovery) => sum + signalsOf(recovery.act), 0);
  const { commands, repeats, customers, purses } = answered;
  const api = { commands, repeats, customers: customers.size, purses: purses.size };
  return {
    seed,
    withKafka,
    faults,
    recoveries,
    signals,
    folder,
    counts: { ...api, ...chain.counts },
  };
}

/** Starts the product with a chains file and a wallets file for this chain. */
async function startOn(
  { local }: ChaosChain,
  folder: string,
  broker: KafkaBroker | undefined,
): Promise<Product> {
  const chainsFile = join(folder, 'chains.json');
  await writeFile(chainsFile, JSON.stringify({ chains: [chainEntry(local)] }));
  const walletsFile = join(folder, 'wallets.json');
  const wallets = { wallets: [SWEEPS_GO_TO], gas: [GAS_COMES_FROM] };
  await writeFile(walletsFile, JSON.stringify({ accounts: { [DEFAULT_ACCOUNT_ID]: wallets } }));
  const environment = {
    ...{ DAYBOOK_EVM_XPUB: PURSES_XPUB, DAYBOOK_WALLETS_FILE: walletsFile },
    ...(broker && { DAYBOOK_KAFKA_BROKERS: broker.brokers }),
  };
  return startProduct({ folder, chainsFile, environment, broker });
}

/** Rejects if the key of a purse cannot be found in the branches that were opened. */
async function findEveryKey({ purses, keyOf }: ChaosChain): Promise<void> {
  for (const { address } of purses) {
    const isFound = async () => (await keyOf(address)) !== undefined;
    await until(isFound, { timeoutMs: 5_000, description: `A branch with ${address}` });
  }
}

function tooSlow(recoveries: readonly Recovery[]): string[] {
  return recoveries
    .filter(({ recoveredAfterMs, limitMs }) => recoveredAfterMs > limitMs)
    .map(
      ({ act, recoveredAfterMs, limitMs }) =>
        `${inWords(act)}: recovered after ${recoveredAfterMs} ms, more than ${limitMs}.`,
    );
}

/** What happened, for people: the seed, each act with its recovery, and what does not hold. */
export function report(outcome: Outcome): string {
  const { seed, withKafka, recoveries, signals, counts, faults, folder } = outcome;
  const again = `npm run chaos -- ${withKafka ? '--kafka ' : ''}--seed ${seed}`;
  const acts = recoveries.map(
    (it) => `${(it.recoveredAfterMs / 1_000).toFixed(1).padStart(5)} s  ${inWords(it.act)}`,
  );
  const happened = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  return [
    `Seed ${seed}: ${recoveries.length} acts, ${signals} signals. Recovered after:`,
    ...acts,
    `Meanwhile: ${happened.join(', ')}.`,
    ...(faults.length === 0
      ? ['Nothing is lost, doubled or given twice; custody equals the chain.']
      : [...faults, `Logs: ${folder}. The same acts again: ${again}`]),
  ].join('\n');
}
