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
  stop(): Promise<void>;
}

interface Signer {
  readonly wallet: HDNodeWallet;
  nextNonce: number;
}

/** Starts anvil and deploys the contracts; takes three blocks. */
export async function startLocalChain(args: readonly string[] = []): Promise<LocalChain> {
  const anvil = await startAnvil({ args: ['--no-mining', '--order', 'fifo', ...args] });
  const mnemonic = Mnemonic.fromPhrase(PHRASE);
  const signers = new Map<number, Signer>();

  async function rpc(method: string, ...params: readonly unknown[]): Promise<unknown> {
    const response = await fetch(anvil.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    }).catch((cause) => {
      throw new Error(`anvil did not answer ${method}. It says: ${anvil.said()}`, { cause });
    });
    const { result, error } = (await response.json()) as { result?: unknown; error?: object };
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  function signerAt(index: number): Signer {
    const path = `m/44'/60'/0'/0/${index}`;
    const known = signers.get(index);
    const signer = known ?? { wallet: HDNodeWallet.fromMnemonic(mnemonic, path), nextNonce: 0 };
    signers.set(index, signer);
    return signer;
  }

  async function sign(call: Call, signer = signerAt(0)): Promise<Signed> {
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

  async function send(call: Call, signer = signerAt(0)): Promise<Signed> {
    const signed = await sign(call, signer);
    await rpc('eth_sendRawTransaction', signed.raw);
    return signed;
  }

  async function mine(blocks = 1): Promise<void> {
    for (let n = 0; n < blocks; n++) await rpc('evm_mine');
  }

  async function deploy(bytecode: string, contract: Interface, ...values: unknown[]) {
    const { hash } = await send({ data: bytecode + contract.encodeDeploy(values).slice(2) });
    await mine();
    const receipt = (await rpc('eth_getTransactionReceipt', hash)) as { contractAddress: string };
    return receipt.contractAddress.toLowerCase();
  }

  const usdt = await deploy(usdtLike.bytecode, USDT, 10n ** 30n);
  const batchAddress = await deploy(batch.bytecode, BATCH);
  const nftAddress = await deploy(nft.bytecode, NFT);
  await send({ to: usdt, data: USDT.encodeFunctionData('transfer', [batchAddress, 10n ** 20n]) });
  await mine();
  return {
    anvil,
    usdt,
    nft: nftAddress,
    sender: signerAt(0).wallet.address.toLowerCase(),
    rpc,
    sign: (call) => sign(call),
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
    stop: () => anvil.stop(),
  };
}

function hashOf(raw: string): string {
  return Transaction.from(raw).hash as string;
}
