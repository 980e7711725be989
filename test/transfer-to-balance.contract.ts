import { parseXpub } from '@daybook/chains';
import { surviveErrors } from '@daybook/platform/plain';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HDNodeWallet } from 'ethers';
import { Client } from 'pg';
import { pino } from 'pino';
import { migrate as migrateWatcher } from '../apps/chain-watcher/src/migrate';
import { WatcherEnv } from '../apps/chain-watcher/src/watcher.env';
import { WatcherModule } from '../apps/chain-watcher/src/watcher.module';
import {
  CHAIN,
  type LocalChain,
  NATIVE,
  startLocalChain,
} from '../apps/chain-watcher/testing/local-chain';
import type { LedgerEnv } from '../apps/ledger/src/ledger.env';
import { until } from './dependencies';
import { createLedgerForTest, type TestLedger } from './ledger-harness';
import { type Found, inAnyOrder, ledgerViews } from './ledger-views';
import { describeSandbox } from './sandbox-deposits';

/**
 * Purses come from the second account of the development mnemonic, as the first one's first address
 * is who pays here.
 */
const PURSES = HDNodeWallet.fromPhrase(
  'test test test test test test test test test test test junk',
  '',
  "m/44'/60'/1'",
).neuter().extendedKey;

/** What ledger and watcher run on. */
export interface Engines {
  readonly ledger: Partial<LedgerEnv>;
  readonly watcher: Partial<WatcherEnv>;
  stop(): Promise<void>;
}

/**
 * The way of a transfer from a real chain to a balance, through both apps, on any engines. What becomes of other
 * kinds of transfers depends on no engine and is tried where `kinds` is `all`.
 */
export function describeTransferToBalance(
  name: string,
  openEngines: () => Promise<Engines>,
  { kinds }: { readonly kinds: 'all' | 'one' },
): void {
  describe(name, () => {
    let chain: LocalChain;
    let ledger: TestLedger;
    let watcher: NestFastifyApplication;
    let engines: Engines;
    const views = ledgerViews(() => ledger);
    const { customer, replenishments, shows, balance, throughput, matched } = views;

    beforeAll(async () => {
      [chain, engines] = await Promise.all([startLocalChain(), openEngines()]);
      expect(parseXpub('evm', PURSES).isDevelopment).toBe(false);
      ledger = await createLedgerForTest({
        env: { evmXpub: PURSES, ...engines.ledger },
        chains: {
          chains: [
            {
              id: CHAIN,
              name: 'Local',
              rpcUrl: chain.anvil.url,
              wsUrl: chain.anvil.wsUrl,
              blockTimeMs: null,
              finality: { kind: 'depth', confirmations: 3 },
              reorgWindow: 32,
              assets: [
                { id: NATIVE, currency: 'ETH_LOCAL', decimals: 18, minimum: '1000' },
                {
                  id: `${CHAIN}/erc20:${chain.usdt}`,
                  currency: 'USDT_LOCAL',
                  decimals: 6,
                  minimum: '1000',
                },
              ],
            },
          ],
        },
      });
      await migrateWatcher(ledger.databaseUrl, 'postgres');
      await startWatcher();
    });

    afterAll(async () => {
      await watcher.close();
      await ledger.close();
      await Promise.all([chain.stop(), engines.stop()]);
    });

    async function startWatcher(): Promise<void> {
      const env = Object.assign(new WatcherEnv(), {
        databaseUrl: ledger.databaseUrl,
        chainsFile: ledger.chainsFile,
        watcherPollMs: 50,
        ...engines.watcher,
      });
      watcher = await NestFactory.create<NestFastifyApplication>(
        await WatcherModule.forRoot(env, pino({ level: 'silent' })),
        new FastifyAdapter(),
        { logger: false },
      );
      await watcher.listen(0, '127.0.0.1');
      await until(async () => (await matched(CHAIN)) === (await chain.height()), {
        timeoutMs: 20_000,
        description: 'The watcher at the head',
      });
    }

    /** Deletes the watcher's state as an operator would who has lost its database. */
    async function forgetEverything(): Promise<void> {
      const client = surviveErrors(new Client({ connectionString: ledger.databaseUrl }));
      await client.connect();
      await client.query('DROP SCHEMA watcher CASCADE');
      await client.end();
      await migrateWatcher(ledger.databaseUrl, 'postgres');
    }

    describe('a transfer on a real chain', () => {
      it('is seen, detected and confirmed, and becomes a balance and a throughput figure', async () => {
        const { id, address } = await customer();
        await chain.send(chain.payUsdt(address, 1_500_000n));
        await shows(id, 'seen');
        await chain.mine();
        await shows(id, 'detected');
        expect(await balance(id, 'USDT_LOCAL')).toEqual({});
        await chain.mine(3);
        const [found] = await shows(id, 'confirmed');
        expect(found).toMatchObject({
          transactionState: 'CONFIRMED',
          complianceState: 'CHECKED',
          money: { currency: 'USDT_LOCAL', amount: '1.5', baseUnits: '1500000', decimals: 6 },
          creditedTo: 'customer',
          blocked: false,
          finality: 'depth:3',
          to: address,
        });
        const figures = { claim: '1500000', accountClaim: '0', custody: '1500000' };
        expect(await balance(id, 'USDT_LOCAL')).toEqual(figures);
        expect(await throughput(id, 'USDT_LOCAL')).toEqual({ received: '1500000', reversed: '0' });
      });

      it('is found by its hash, and its block is matched again when an account asks', async () => {
        const { id, address } = await customer();
        const { hash } = await chain.send(chain.payUsdt(address, 1_200n));
        await chain.mine(4);
        await shows(id, 'confirmed');
        const path = `/v1/chains/${CHAIN}/transactions/${hash}`;
        const status = async () => (await ledger.request('GET', path)).body.status;
        await until(async () => (await status()) === 'included', { description: 'The answer' });
        const rescan = () =>
          ledger.request('POST', `${path}/rescan`, { body: { reason: 'a test' } });
        await until(async () => (await rescan()).body.state === 'done', {
          description: 'The rescan',
        });
        expect(await replenishments(id)).toHaveLength(1);
      });
    });

    if (kinds === 'all') describe('a transfer of another kind', describeKinds);

    function describeKinds(): void {
      it('that a reorg includes again with another log index is one credit', async () => {
        const { id, address } = await customer();
        const other = await customer();
        const before = await chain.send(chain.payUsdt(other.address, 1_000n));
        const { raw } = await chain.send(chain.payUsdt(address, 9_000n));
        await chain.mine();
        await shows(id, 'detected');
        await shows(other.id, 'detected');
        const { nonce } = (await chain.rpc('eth_getTransactionByHash', before.hash)) as Found;
        const filler = await chain.sign({ to: chain.sender, nonce: Number(nonce) });
        await chain.rpc('anvil_reorg', 1, [
          [filler.raw, 0],
          [raw, 0],
        ]);
        await chain.mine(4);
        const found = await shows(id, 'confirmed');
        expect(found).toHaveLength(1);
        expect((await balance(id, 'USDT_LOCAL')).claim).toBe('9000');
        await shows(other.id, 'reverted');
      });

      it('of native coins is credited too', async () => {
        const { id, address } = await customer();
        await chain.send({ to: address, value: 10n ** 18n });
        await chain.mine(4);
        const [found] = await shows(id, 'confirmed');
        expect(found.money).toMatchObject({ currency: 'ETH_LOCAL', amount: '1' });
      });

      it('that is one of three in its transaction is one replenishment of three', async () => {
        const { id, address } = await customer();
        await chain.send(chain.batchUsdt([address, address, address], [1_000n, 2_000n, 3_000n]));
        await chain.mine(4);
        const found = await shows(id, 'confirmed', 'confirmed', 'confirmed');
        expect(new Set(found.map(({ id: replenishment }) => replenishment)).size).toBe(3);
        expect(new Set(found.map(({ txHash }) => txHash)).size).toBe(1);
        expect((await balance(id, 'USDT_LOCAL')).claim).toBe('6000');
      });

      it('of amount 0 or of an NFT is never credited', async () => {
        const { id, address } = await customer();
        await chain.send(chain.payUsdt(address, 0n));
        await chain.send(chain.mintNft(address, 7n));
        await chain.mine(4);
        const found = await shows(id, 'rejected', 'rejected');
        expect(inAnyOrder(found.map(({ reason }) => reason))).toBe('not-fungible,zero-value');
        expect(await balance(id, 'USDT_LOCAL')).toEqual({});
      });

      it('below the minimum is held, and credited with the one that makes up the rest', async () => {
        const { id, address } = await customer();
        await chain.send(chain.payUsdt(address, 999n));
        await chain.mine(4);
        const [held] = await shows(id, 'held');
        expect(held).toMatchObject({ reason: 'below-minimum', creditedTo: 'suspense', sum: null });
        expect(await balance(id, 'USDT_LOCAL')).toMatchObject({ claim: '0', custody: '999' });
        await chain.send(chain.payUsdt(address, 1n));
        await chain.mine(4);
        const found = await shows(id, 'confirmed', 'confirmed');
        for (const each of found) {
          expect(each).toMatchObject({ creditedTo: 'customer', reason: null });
          expect(each.sum).toMatchObject({ firstReplenishmentId: held.id, count: 2 });
        }
        expect(await balance(id, 'USDT_LOCAL')).toMatchObject({ claim: '1000', custody: '1000' });
      });

      it('to a blocked customer is the account’s, and the customer’s again after the unblock', async () => {
        const { id, address } = await customer();
        await ledger.request('POST', `/v1/customers/${id}/block`, {
          body: { reason: 'chargeback' },
        });
        await chain.send(chain.payUsdt(address, 5_000n));
        await chain.mine(4);
        const [blocked] = await shows(id, 'confirmed');
        expect(blocked).toMatchObject({ blocked: true, creditedTo: 'account' });
        await ledger.request('POST', `/v1/customers/${id}/unblock`, {
          body: { reason: 'cleared' },
        });
        await chain.send(chain.payUsdt(address, 7_000n));
        await chain.mine(4);
        await shows(id, 'confirmed', 'confirmed');
        expect(await balance(id, 'USDT_LOCAL')).toEqual({
          claim: '7000',
          accountClaim: '5000',
          custody: '12000',
        });
      });
    }

    if (kinds === 'all') describeSandbox(() => ledger, views);

    describe('a reorg', () => {
      it('that drops a confirmed transfer takes its credit back, and gives it once when it returns', async () => {
        const { id, address } = await customer();
        const { raw } = await chain.send(chain.payUsdt(address, 4_000n));
        await chain.mine(4);
        await shows(id, 'confirmed');
        await chain.rpc('anvil_reorg', 5, []);
        await shows(id, 'reverted');
        expect((await balance(id, 'USDT_LOCAL')).claim).toBe('0');
        expect(await throughput(id, 'USDT_LOCAL')).toEqual({ received: '4000', reversed: '4000' });
        await chain.rpc('eth_sendRawTransaction', raw);
        await chain.mine(4);
        await shows(id, 'confirmed');
        expect((await balance(id, 'USDT_LOCAL')).claim).toBe('4000');
        expect(await throughput(id, 'USDT_LOCAL')).toEqual({ received: '8000', reversed: '4000' });
      });
    });

    describe('a watcher that was away', () => {
      it('finds what happened meanwhile, once', async () => {
        const { id, address } = await customer();
        await watcher.close();
        await chain.send(chain.payUsdt(address, 3_000n));
        await chain.mine(30);
        await startWatcher();
        await shows(id, 'confirmed');
        await watcher.close();
        await startWatcher();
        await chain.mine();
        expect(await balance(id, 'USDT_LOCAL')).toMatchObject({ claim: '3000' });
        expect(await replenishments(id)).toHaveLength(1);
      });

      it('and lost all it knew finds the purses and their transfers again, without a second credit', async () => {
        const { id, address } = await customer();
        await chain.send(chain.payUsdt(address, 2_000n));
        await chain.mine(4);
        await shows(id, 'confirmed');
        await watcher.close();
        await chain.send(chain.payUsdt(address, 1_500n));
        await chain.mine(30);
        await forgetEverything();
        await startWatcher();
        await shows(id, 'confirmed', 'confirmed');
        // What comes later is matched as ever, so the table is whole again.
        await chain.send(chain.payUsdt(address, 40n * 1_000n));
        await chain.mine(4);
        await shows(id, 'confirmed', 'confirmed', 'confirmed');
        expect(await balance(id, 'USDT_LOCAL')).toMatchObject({ claim: '43500', custody: '43500' });
      });
    });
  });
}
