import {
  getCreateAddress,
  HDNodeWallet,
  Interface,
  type InterfaceAbi,
  Mnemonic,
  Transaction,
} from 'ethers';
import batch from '../../../test/contracts/Batch.json';
import nft from '../../../test/contracts/Nft.json';
import usdtLike from '../../../test/contracts/UsdtLike.json';
import { type Anvil, startAnvil } from '../../../test/dependencies';
import { askNode } from './ask-node';

export const CHAIN = 'eip155:31337';
export const NATIVE = `${CHAIN}/slip44:60`;
const PHRASE = 'test test test test test test test test test test test junk';

const USDT = new Interface(usdtLike.abi);
const BATCH = new Interface(batch.abi);
const NFT = new Interface(nft.abi as InterfaceAbi);

export interface Call {
  readonly to?: string;
  readonly data?: string;
  readonly value?: bigint;
  /** The sender's next one when left out. */
  readonly nonce?: number;
  readonly gasPrice?: bigint;
}

export interface Signed {
  readonly raw: string;
  readonly hash: string;
}

export interface Holder {
  readonly address: string;
  /** The address of the contract that its next transaction creates, if it does. */
  nextContract(): string;
  send(call: Call): Promise<Signed>;
}

/** A real node whose blocks come when the test says so, with contracts and a funded sender. */
export interface LocalChain {
  readonly anvil: Anvil;
  readonly usdt: string;
  readonly nft: string;
  readonly sender: string;
  rpc(method: string, ...params: readonly unknown[]): Promise<unknown>;
  /** Signs without sending. */
  sign(call: Call): Promise<Signed>;
  /** Puts a transaction into the mempool. */
  send(call: Call): Promise<Signed>;
  mine(blocks?: number): Promise<void>;
  height(): Promise<number>;
  payUsdt(to: string, amount: bigint): Call;
  callUsdt(name: string, ...values: readonly unknown[]): Call;
  /** Somebody else who signs, without money of the genesis block. */
  holder(index: number): Holder;
  /** Pays several recipients with one transaction. */
  batchUsdt(to: readonly string[], amounts: readonly bigint[]): Call;
  /** Pays several recipients with one transaction, by calls that only a trace shows. */
  batchNative(to: readonly string[], amounts: readonly bigint[]): Call;
  mintNft(to: string, tokenId: bigint): Call;
  /**
   * Takes everything back to what it was after the start: for the next test, in a tenth of the time of a start. A suite
   * with an `anvil_reorg` from below that point, or with hundreds of blocks, starts a chain for each test: after this,
   * anvil 1.7.1 was seen to lose blocks and transactions in such reorgs.
   */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

interface Signer {
  readonly wallet: HDNodeWallet;
  nextNonce: number;
}

let accounts: HDNodeWallet | undefined;

/** Of no transactions yet. The parent of all accounts is derived once: each step to it takes milliseconds. */
function newSigner(index: number): Signer {
  accounts ??= HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(PHRASE), "m/44'/60'/0'/0");
  return { wallet: accounts.deriveChild(index), nextNonce: 0 };
}

async function signWith(signer: Signer, call: Call): Promise<Signed> {
  const raw = await signer.wallet.signTransaction({
    chainId: 31337,
    nonce: call.nonce ?? signer.nextNonce++,
    gasLimit: 2_000_000n,
    gasPrice: call.gasPrice ?? 10n ** 10n,
    value: call.value ?? 0n,
    data: call.data ?? '0x',
    ...(call.to !== undefined && { to: call.to }),
  });
  return { raw, hash: hashOf(raw) };
}

let contracts: ReturnType<typeof signContracts> | undefined;

/** The first transactions of every local chain, which are the same on each. */
async function signContracts() {
  const signer = newSigner(0);
  const deployed = async (bytecode: string, contract: Interface, ...values: unknown[]) => {
    const address = getCreateAddress({ from: signer.wallet.address, nonce: signer.nextNonce });
    const data = bytecode + contract.encodeDeploy(values).slice(2);
    const { raw } = await signWith(signer, { data });
    return { raw, address: address.toLowerCase() };
  };
  const token = await deployed(usdtLike.bytecode, USDT, 10n ** 30n);
  const payer = await deployed(batch.bytecode, BATCH);
  const tickets = await deployed(nft.bytecode, NFT);
  const data = USDT.encodeFunctionData('transfer', [payer.address, 10n ** 20n]);
  const endowed = await signWith(signer, { to: token.address, data });
  return {
    raws: [token, payer, tickets, endowed].map(({ raw }) => raw),
    ...{ usdt: token.address, batchAddress: payer.address, nftAddress: tickets.address },
  };
}

/** Starts anvil and deploys the contracts; takes four blocks. */
export async function startLocalChain(args: readonly string[] = []): Promise<LocalChain> {
  const anvil = await startAnvil({ args: ['--no-mining', '--order', 'fifo', ...args] });
  const signers = new Map<number, Signer>();

  async function rpc(method: string, ...params: readonly unknown[]): Promise<unknown> {
    const question = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const answer = await askNode(anvil.url, question).catch((cause) => {
      throw new Error(`anvil did not answer ${method}. It says: ${anvil.said()}`, { cause });
    });
    const { result, error } = JSON.parse(answer) as { result?: unknown; error?: object };
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  function signerAt(index: number): Signer {
    const signer = signers.get(index) ?? newSigner(index);
    signers.set(index, signer);
    return signer;
  }

  async function send(call: Call, signer = signerAt(0)): Promise<Signed> {
    const signed = await signWith(signer, call);
    await rpc('eth_sendRawTransaction', signed.raw);
    return signed;
  }

  async function mine(blocks = 1): Promise<void> {
    await rpc('anvil_mine', `0x${blocks.toString(16)}`);
  }

  contracts ??= signContracts();
  const { raws, usdt, batchAddress, nftAddress } = await contracts;
  for (const raw of raws) {
    await rpc('eth_sendRawTransaction', raw);
    await mine();
  }
  signerAt(0).nextNonce = raws.length;
  let begun = await rpc('evm_snapshot');
  return {
    anvil,
    usdt,
    nft: nftAddress,
    sender: signerAt(0).wallet.address.toLowerCase(),
    rpc,
    sign: (call) => signWith(signerAt(0), call),
    send: (call) => send(call),
    mine,
    height: async () => Number(await rpc('eth_blockNumber')),
    payUsdt: (to, amount) => ({
      to: usdt,
      data: USDT.encodeFunctionData('transfer', [to, amount]),
    }),
    callUsdt: (name, ...values) => ({ to: usdt, data: USDT.encodeFunctionData(name, values) }),
    holder(index) {
      const signer = signerAt(index);
      const { address } = signer.wallet;
      return {
        address: address.toLowerCase(),
        nextContract: () => {
          return getCreateAddress({ from: address, nonce: signer.nextNonce }).toLowerCase();
        },
        send: (call) => send(call, signer),
      };
    },
    batchUsdt: (to, amounts) => ({
      to: batchAddress,
      data: BATCH.encodeFunctionData('pay', [usdt, to, amounts]),
    }),
    batchNative: (to, amounts) => ({
      to: batchAddress,
      data: BATCH.encodeFunctionData('payNative', [to, amounts]),
      value: amounts.reduce((sum, each) => sum + each, 0n),
    }),
    mintNft: (to, tokenId) => ({
      to: nftAddress,
      data: NFT.encodeFunctionData('mint', [to, tokenId]),
    }),
    async restore() {
      await rpc('anvil_dropAllTransactions');
      await rpc('evm_revert', begun);
      // The clock of the chain was taken back, too.
      await rpc('evm_setTime', Math.floor(Date.now() / 1_000));
      begun = await rpc('evm_snapshot');
      signers.clear();
      signerAt(0).nextNonce = raws.length;
    },
    stop: () => anvil.stop(),
  };
}

function hashOf(raw: string): string {
  return Transaction.from(raw).hash as string;
}
