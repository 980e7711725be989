import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosChain, Deposit } from './chain';
import type { Answered } from './clients';
import type { Answer, Product } from './product';

/** After the last block that makes all final, the books follow within moments; after a busy hour in more. */
const SETTLE_MS_MAX = 60_000;
const LOOK_EVERY_MS = 250;

/** Where a deposit counts. In every other status nobody has it. */
const RECORDED = ['confirmed', 'held'];

/** What a verdict asks of the product and of the chain. */
export type Witness = Pick<Product, 'request' | 'all' | 'run'>;
export type Truth = Pick<ChaosChain, 'settle' | 'purses' | 'holdings' | 'deposits'>;

/** What must hold in the end, whatever happened on the way: a sentence for each thing that does not. */
export async function verdict(
  product: Witness,
  chain: Truth,
  answered: Pick<Answered, 'customers' | 'purses' | 'faults'>,
  settleMsMax = SETTLE_MS_MAX,
): Promise<readonly string[]> {
  const waiting = await settled(product, chain, settleMsMax);
  const { exitCode, output } = await product.run('replay', '--compare');
  return [
    ...answered.faults,
    ...waiting,
    ...(await forgotten(product, answered)),
    ...(exitCode === 0 ? [] : [`replay --compare ends with ${exitCode}:\n${output.trim()}`]),
  ];
}

/** Waits until custody equals the chain and nothing waits; then says what still differs. */
async function settled(
  product: Witness,
  chain: Truth,
  settleMsMax: number,
): Promise<readonly string[]> {
  await chain.settle();
  const deposits = await chain.deposits();
  const deadline = performance.now() + settleMsMax;
  for (;;) {
    const faults = [...(await custody(product, chain)), ...(await open(product, deposits))];
    if (faults.length === 0 || performance.now() > deadline) return faults;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Purse by purse and asset by asset. */
async function custody(product: Witness, chain: Truth): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const purse of chain.purses) {
    const { status, body } = await product.request('GET', `/v1/purses/${purse.id}/balances`);
    if (status !== 200) {
      faults.push(`${purse.address}: its balances are answered with ${status}.`);
      continue;
    }
    const booked = new Map<string, bigint>();
    for (const { asset, custody } of body.data) booked.set(asset, BigInt(custody.baseUnits));
    const holdings = await chain.holdings(purse);
    for (const asset of new Set([...holdings.keys(), ...booked.keys()])) {
      const [custody, held] = [booked.get(asset) ?? 0n, holdings.get(asset) ?? 0n];
      if (custody === held) continue;
      faults.push(`${purse.address}: custody of ${asset} is ${custody}, on the chain is ${held}.`);
    }
  }
  return faults;
}

/** Nothing waits once everything is final, no difference needed a finding, and each deposit is there once. */
async function open(product: Witness, deposits: readonly Deposit[]): Promise<readonly string[]> {
  const replenishments = await product.all('/v1/replenishments');
  const findings = await product.all('/v1/findings');
  return [
    ...replenishments
      .filter(({ status }) => ['detected', 'screening'].includes(status))
      .map(({ id, status, reason }) => `Replenishment ${id} is ${status} (${reason ?? 'final'}).`),
    ...findings.map(({ id, kind, purseId }) => `Finding ${id}, ${kind}, of purse ${purseId}.`),
    ...miscounted(
      deposits,
      replenishments.filter(({ status }) => RECORDED.includes(status)),
    ),
  ];
}

/**
 * Deposits that are not recorded as often as the chain has them. Custody does not tell: what was deposited and swept
 * again, and missed both times, leaves it right.
 */
function miscounted(
  deposits: readonly Deposit[],
  replenishments: readonly Answer['body'][],
): readonly string[] {
  const recorded = counted(
    replenishments.map(({ txHash, to, money }) => keyOf(txHash, to, money.asset, money.baseUnits)),
  );
  const paid = counted(
    deposits.map(({ txHash, to, asset, amount }) => keyOf(txHash, to, asset, amount)),
  );
  return [...paid]
    .filter(([deposit, times]) => recorded.get(deposit) !== times)
    .map(
      ([deposit, times]) =>
        `Deposit ${deposit}: ${times} on the chain, ${recorded.get(deposit) ?? 0} recorded.`,
    );
}

const keyOf = (txHash: string | null, to: string, asset: string, amount: bigint | string) =>
  `${amount} of ${asset} to ${to.toLowerCase()} in ${txHash}`;

function counted(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** Every command that was answered is there, and no address was given twice. */
async function forgotten(
  product: Witness,
  answered: Pick<Answered, 'customers' | 'purses'>,
): Promise<readonly string[]> {
  const customers = await product.all('/v1/customers');
  const idOf = new Map<string, string>(customers.map(({ externalId, id }) => [externalId, id]));
  const purses = new Map<string, { address: string; customerId: string }>();
  const owners = new Map<string, string>();
  const faults: string[] = [];
  for (const { id, address, customerId } of await product.all('/v1/purses')) {
    purses.set(id, { address, customerId });
    const other = owners.get(address);
    if (other !== undefined) faults.push(`${address} is given to purses ${other} and ${id}.`);
    owners.set(address, id);
  }
  for (const [name, id] of answered.customers) {
    if (idOf.get(name) !== id) faults.push(`Customer ${name} was ${id}, is ${idOf.get(name)}.`);
  }
  for (const { id, address, customerId } of answered.purses.values()) {
    const found = purses.get(id);
    if (found?.address === address && found.customerId === customerId) continue;
    const is = found === undefined ? 'is gone' : `is ${found.address} of ${found.customerId}`;
    faults.push(`Purse ${id} was ${address} of ${customerId}, ${is}.`);
  }
  return faults;
}
