import type { ProviderConnection } from '../chains-and-assets';
import type { DevelopmentNode, PaymentSlot, SandboxPayment } from '../development-node';
import { RpcFailure } from '../node-http';
import { createJsonRpc, type JsonRpc } from './json-rpc';
import { canonicalEvmAddress, fieldsOf, list } from './raw';

/** Fixed, so that the same payment is the same transaction whenever it is sent. Enough for a token of any shape. */
const GAS = 300_000n;
const FEE_PER_GAS = 100n * 10n ** 9n;
const TIP_PER_GAS = 10n ** 9n;
/** `transfer(address,uint256)` and `balanceOf(address)` of ERC-20. */
const TRANSFER = '0xa9059cbb';
const BALANCE_OF = '0x70a08231';
/** Blocks that are replaced at once, and transactions in them: each is read before, and is in the new blocks. */
const REPLACED_BLOCKS_MAX = 128;
const REPLACED_TRANSACTIONS_MAX = 1_000;
/** Another program may make a block between reading and replacing. */
const ATTEMPTS_MAX = 5;

/**
 * Anvil as a development node: it signs for its unlocked accounts, sets balances and replaces blocks. The payment's id
 * follows the call data, where neither an account nor a token looks.
 */
export function openAnvil(
  chain: string,
  { rpcUrl, headers, requestsPerSecond: perSecondMax }: ProviderConnection,
): DevelopmentNode {
  return createAnvil(createJsonRpc(rpcUrl, { headers, perSecondMax }), chain);
}

/** The same over any JSON-RPC transport. */
export function createAnvil(rpc: JsonRpc, chain: string): DevelopmentNode {
  async function quantity(method: string, ...params: readonly unknown[]): Promise<bigint> {
    return toBigInt(await rpc.send(method, params), method);
  }

  /** What has the slot: the payment, another transaction, or nothing. */
  async function found({ id }: SandboxPayment, { sender, nonce }: PaymentSlot) {
    const params = [sender, hex(BigInt(nonce))];
    const answer = await rpc.send('eth_getTransactionBySenderAndNonce', params);
    if (answer === null) return 'nothing';
    const { hash, input } = fieldsOf(answer, 'transaction');
    return String(input).endsWith(markerOf(id)) ? { hash: String(hash) } : 'another';
  }

  async function balanceOf(contract: string, holder: string): Promise<bigint> {
    const data = BALANCE_OF + word(BigInt(holder));
    return quantity('eth_call', { to: contract, data }, 'latest');
  }

  /** The node gives what it pays with: accounts of its own have no tokens, and some thousand coins. */
  async function endow(sender: string, contract: string | null, amount: bigint): Promise<void> {
    const coins = (contract === null ? amount : 0n) + GAS * FEE_PER_GAS;
    if ((await quantity('eth_getBalance', sender, 'latest')) < coins) {
      await rpc.send('anvil_setBalance', [sender, hex(coins)]);
    }
    if (contract === null || (await balanceOf(contract, sender)) >= amount) return;
    await rpc.send('anvil_dealERC20', [sender, contract, hex(amount)]);
  }

  /** The blocks above the one before the transaction, with what they include beside it. */
  async function blocksWith(hash: string) {
    const receipt = await rpc.send('eth_getTransactionReceipt', [hash]);
    if (receipt === null) return null;
    const { blockNumber, from } = fieldsOf(receipt, 'receipt');
    const first = toBigInt(blockNumber, 'blockNumber');
    const depth = (await quantity('eth_blockNumber')) - first + 1n;
    if (depth > REPLACED_BLOCKS_MAX) throw refusal(`${depth} blocks are too many to replace.`);
    const kept: [raw: unknown, offset: number][] = [];
    /** Of the same sender after it: no block can include them without it. */
    const waiting: unknown[] = [];
    for (let offset = 0; offset < depth; offset++) {
      const answer = await rpc.send('eth_getBlockByNumber', [hex(first + BigInt(offset)), true]);
      if (answer === null) return 'replaced';
      for (const each of list(fieldsOf(answer, 'block').transactions, 'list of transactions')) {
        const other = fieldsOf(each, 'transaction');
        if (other.hash === hash) continue;
        const raw = await rpc.send('eth_getRawTransactionByHash', [other.hash]);
        if (raw === null) return 'replaced';
        const isLater = other.from === from && (offset > 0 || isAfter(each, hash, answer));
        if (isLater) waiting.push(raw);
        else kept.push([raw, offset]);
        if (kept.length + waiting.length > REPLACED_TRANSACTIONS_MAX) {
          throw refusal('The blocks to replace have too many transactions.');
        }
      }
    }
    return { depth: Number(depth), kept, waiting };
  }

  return {
    async obstacle() {
      const version = String(await rpc.send('web3_clientVersion', []));
      const name = /^[a-z0-9]+\/[a-z0-9.+-]+/i.exec(version)?.[0] ?? 'something else';
      if (!/^anvil\//i.test(version)) {
        return `The node of ${chain} is no anvil, which the sandbox needs: it calls itself ${name}.`;
      }
      const { environment } = fieldsOf(await rpc.send('anvil_nodeInfo', []), 'node info');
      const { chainId } = fieldsOf(environment, 'environment');
      const own = `eip155:${toBigInt(chainId, 'chainId')}`;
      return own === chain ? null : `The node is of ${own}, not of ${chain}.`;
    },

    async makesOwnBlocks() {
      const interval = await rpc.send('anvil_getIntervalMining', []);
      return interval !== null || (await rpc.send('anvil_getAutomine', [])) !== false;
    },

    async reserve(taken) {
      const accounts = list(await rpc.send('eth_accounts', []), 'list of accounts');
      // Other programs pay from the first ones.
      for (const account of accounts.toReversed()) {
        const sender = canonicalEvmAddress(String(account));
        if (sender === null || taken.has(sender)) continue;
        const nonce = Number(await quantity('eth_getTransactionCount', sender, 'pending'));
        return { sender, nonce };
      }
      return null;
    },

    async send(payment, slot) {
      const known = await found(payment, slot);
      if (known === 'another') return null;
      if (known !== 'nothing') return known.hash;
      const contract = contractOf(payment.asset);
      await endow(slot.sender, contract, payment.amount);
      try {
        const transaction = transactionOf(payment, slot, contract);
        return String(await rpc.send('eth_sendTransaction', [transaction]));
      } catch (error) {
        // Its answer was lost, or another process has sent it meanwhile.
        const sent = await found(payment, slot);
        if (sent === 'nothing') throw error;
        return sent === 'another' ? null : sent.hash;
      }
    },

    async mine(blocks) {
      await rpc.send('anvil_mine', [hex(BigInt(blocks))]);
    },

    async takeBack(hash) {
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
        const blocks = await blocksWith(hash);
        if (blocks === null) return;
        if (blocks === 'replaced') continue;
        await rpc.send('anvil_reorg', [blocks.depth, blocks.kept]);
        for (const raw of blocks.waiting) await rpc.send('eth_sendRawTransaction', [raw]);
      }
      if ((await rpc.send('eth_getTransactionReceipt', [hash])) === null) return;
      throw refusal('Blocks were made again and again while some were to be replaced.');
    },
  };
}

/** Whether a transaction follows the one with the hash in its block. */
function isAfter(transaction: unknown, hash: string, block: unknown): boolean {
  const all = list(fieldsOf(block, 'block').transactions, 'list of transactions');
  const at = all.findIndex((each) => fieldsOf(each, 'transaction').hash === hash);
  return all.indexOf(transaction) > at;
}

function transactionOf(
  { id, to, amount }: SandboxPayment,
  { sender, nonce }: PaymentSlot,
  contract: string | null,
): object {
  const fixed = {
    ...{ from: sender, nonce: hex(BigInt(nonce)), type: '0x2', gas: hex(GAS) },
    ...{ maxFeePerGas: hex(FEE_PER_GAS), maxPriorityFeePerGas: hex(TIP_PER_GAS) },
  };
  const marker = markerOf(id);
  if (contract === null) return { ...fixed, to, value: hex(amount), data: `0x${marker}` };
  const data = TRANSFER + word(BigInt(to)) + word(amount) + marker;
  return { ...fixed, to: contract, value: '0x0', data };
}

function markerOf(id: string): string {
  return id.replaceAll('-', '');
}

/** The token's contract; null for the coin. */
function contractOf(asset: string): string | null {
  return /\/erc20:(0x[0-9a-f]{40})$/.exec(asset)?.[1] ?? null;
}

function toBigInt(value: unknown, what: string): bigint {
  if (typeof value === 'string' && /^0x[0-9a-f]{1,64}$/i.test(value)) return BigInt(value);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  throw new RpcFailure(`The node answers ${what} with something that is no number.`, 'refused');
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function word(value: bigint): string {
  return value.toString(16).padStart(64, '0');
}

function refusal(message: string): RpcFailure {
  return new RpcFailure(message, 'refused');
}
