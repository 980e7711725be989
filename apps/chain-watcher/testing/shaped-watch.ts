import { InvalidBlock } from '@daybook/chains';
import { loadKeccak } from '../../../libs/chains/src/evm/keccak';
import { topicOf } from '../../../libs/chains/testing/raw-blocks';
import { createBroker, type Driver, drive } from './driver';
import { InMemoryWatcherStore } from './in-memory-store';
import type { LocalChain } from './local-chain';
import { purseOf, type ShapedChain } from './shape-parts';
import { type ShapedNode, startShapedNode } from './shaped-node';

/** A watch of a chain of another shape, with one provider and later with two. */
export async function watchShape(local: LocalChain, { name, shape, proof }: ShapedChain) {
  const purse = purseOf(name);
  const keccak = await loadKeccak();
  const node: ShapedNode = await startShapedNode(local, shape, keccak);
  const [store, broker] = [new InMemoryWatcherStore(), createBroker()];
  // The blocks of the watches before this one are no part of it.
  const startBlock = await local.height();
  let nowMs = Date.now();

  function open(urls: readonly string[]): Promise<Driver> {
    const providers = urls.map((rpcUrl, i) => ({ name: `provider-${i}`, rpcUrl }));
    const chain = { providers, ...(proof && { proof }) };
    const options = { chain, startBlock, band: '1000', now: () => nowMs };
    return drive(local, store, broker, options);
  }

  let driver = await open([node.url]);
  await driver.settle();
  await driver.mint([purse]);

  return {
    /** Pays 5 tokens and a coin of 7, and has a call fail. */
    async pay(): Promise<void> {
      await local.send(local.payUsdt(purse, 5n));
      await local.send({ to: purse, value: 7n });
      await local.send({ to: local.usdt, data: '0xdeadbeef' });
      await local.mine();
    },
    async mine(blocks: number): Promise<void> {
      await local.mine(blocks);
      nowMs += 60_000;
      await driver.settle();
    },
    settle: () => driver.settle(),
    async addProvider(): Promise<void> {
      await driver.stop();
      driver = await open([node.url, node.otherUrl]);
      nowMs += 60_000;
      await driver.settle();
    },
    /** Lets the node hide the tokens that the purse gets; returns why the next block is refused. */
    async refusalOfHidden(): Promise<string> {
      node.hides = ({ topics }) => (topics as string[]).includes(topicOf(purse));
      await local.send(local.payUsdt(purse, 5n));
      await local.mine();
      const refusal = await driver.settle().then(
        () => 'The block was believed.',
        (error: unknown) => {
          if (!(error instanceof InvalidBlock)) throw error;
          return error.message;
        },
      );
      node.hides = null;
      await driver.settle();
      return refusal;
    },
    /** How often each amount has come so far: `final 5`, `detected 7 awaiting-second-provider`. */
    lives(): readonly string[] {
      const last = new Map(driver.published().map((it) => [it.transferId, it]));
      return [...last.values()]
        .map(({ status, amount, waiting }) => `${status} ${amount}${waiting ? ` ${waiting}` : ''}`)
        .sort((a, b) => (a < b ? -1 : 1));
    },
    state: () => driver.watch.health(null),
    async stop(): Promise<void> {
      await driver.stop();
      await node.stop();
    },
  };
}
