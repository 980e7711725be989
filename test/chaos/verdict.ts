import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosChain } from './chain';
import type { Answered } from './clients';
import type { Product } from './product';

/** After the last block that makes all final, the books follow within moments; after a busy hour in more. */
const SETTLE_MS_MAX = 60_000;
const LOOK_EVERY_MS = 250;

/** What must hold in the end, whatever happened on the way: a sentence for each thing that does not. */
export async function verdict(
  product: Product,
  chain: ChaosChain,
  answered: Answered,
): Promise<readonly string[]> {
  const waiting = await settled(product, chain);
  const { exitCode, output } = await product.run('replay', '--compare');
  return [
    ...answered.faults,
    ...waiting,
    ...(await forgotten(product, answered)),
    ...(exitCode === 0 ? [] : [`replay --compare ends with ${exitCode}:\n${output.trim()}`]),
  ];
}

/** Waits until custody equals the chain and nothing waits; then says what still differs. */
async function settled(product: Product, chain: ChaosChain): Promise<readonly string[]> {
  await chain.settle();
  const deadline = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const differences = await custody(product, chain);
    const faults = differences.length > 0 ? differences : await open(product);
    if (faults.length === 0 || performance.now() > deadline) return faults;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Purse by purse and asset by asset. */
async function custody(product: Product, chain: ChaosChain): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const purse of chain.purses) {
    const { body } = await product.request('GET', `/v1/purses/${purse.id}/balances`);
    const booked = new Map<string, bigint>();
    for (const { asset, custody } of body.data) booked.set(asset, BigInt(custody.baseUnits));
    for (const [asset, held] of await chain.holdings(purse)) {
      const custody = booked.get(asset) ?? 0n;
      if (custody === held) continue;
      faults.push(`${purse.address}: custody of ${asset} is ${custody}, on the chain is ${held}.`);
    }
  }
  return faults;
}

/** Nothing waits once everything is final, and no difference needed a finding. */
async function open(product: Product): Promise<readonly string[]> {
  const replenishments = await product.all('/v1/replenishments');
  const findings = await product.all('/v1/findings');
  return [
    ...replenishments
      .filter(({ status }) => ['detected', 'screening'].includes(status))
      .map(({ id, status, reason }) => `Replenishment ${id} is ${status} (${reason ?? 'final'}).`),
    ...findings.map(({ id, kind, purseId }) => `Finding ${id}, ${kind}, of purse ${purseId}.`),
  ];
}

/** Every command that was answered is there, and no address was given twice. */
async function forgotten(product: Product, answered: Answered): Promise<readonly string[]> {
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
    faults.push(`Purse ${id} was ${address}, is ${found?.address}.`);
  }
  return faults;
}
