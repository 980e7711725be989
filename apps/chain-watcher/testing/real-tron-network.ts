import { TronWeb } from 'tronweb';
import { createTronNode } from '../../../libs/chains/src/tron/tron-node';
import { base58, type Json } from '../../../libs/chains/testing/tron-blocks';
import batch from '../../../test/contracts/Batch.json';
import usdtLike from '../../../test/contracts/UsdtLike.json';
import { until } from '../../../test/dependencies';
import type { Ports, TronNetwork } from './tron-network';

type Sent = Parameters<TronWeb['trx']['sendRawTransaction']>[0];

/** In sun: 1,000 TRX, the most that tronweb lets a transaction burn for energy. */
const FEE_LIMIT = 1_000_000_000;
/** Three seconds a block, and some patience. */
const INCLUDED_MS = 60_000;
const SUPPLY = 10n ** 18n;

/** The node that `TRON_FULL_URL` and `TRON_SOLIDITY_URL` name; null if they do not. */
export function realTronNode(): (Ports & { readonly privateKey: string | null }) | null {
  const { TRON_FULL_URL, TRON_SOLIDITY_URL, TRON_PRIVATE_KEY = null } = process.env;
  if (!TRON_FULL_URL || !TRON_SOLIDITY_URL) return null;
  return {
    ...{ fullUrl: TRON_FULL_URL, solidityUrl: TRON_SOLIDITY_URL },
    privateKey: TRON_PRIVATE_KEY,
  };
}

/** CAIP-2 of the chain that the node serves, and the height of its last solid block. */
export async function realTronChain(ports: Ports) {
  const node = createTronNode(ports);
  const genesis = (await node.full('getblock', { id_or_num: '0', detail: false })) as Json;
  const solid = (await node.solid('getblock', { detail: false })) as Json;
  return {
    id: `tron:${Number.parseInt(genesis.blockID.slice(-8), 16)}`,
    solid: Number(solid.block_header.raw_data.number ?? 0),
  };
}

/**
 * A real network on which the owner of the key pays: TRX, a TRC-10 token if it owns one, and what two contracts do
 * that it deploys first, a token and one that pays TRX by internal transactions. Costs some hundred TRX there.
 */
export async function realTronNetwork(ports: Ports, privateKey: string): Promise<TronNetwork> {
  const { fullUrl, solidityUrl } = ports;
  const fullHost = { fullHost: fullUrl, fullNode: fullUrl, solidityNode: solidityUrl };
  const tronWeb = new TronWeb({ ...fullHost, privateKey });
  const owner = tronWeb.defaultAddress.base58 as string;
  const { transactionBuilder: build, trx } = tronWeb;

  /** tronweb's types differ by contract, but all of them are signed and sent alike. */
  async function send({ txID, ...rest }: { readonly txID: string }): Promise<string> {
    const signed = await trx.sign({ txID, ...rest } as Sent);
    const answer = await trx.sendRawTransaction(signed as Sent);
    if (answer.result !== true) throw new Error(`Not accepted: ${JSON.stringify(answer)}`);
    return txID;
  }

  async function deploy({ abi, bytecode }: Json, parameters: readonly unknown[]): Promise<string> {
    const plan = {
      ...{ abi, bytecode, parameters: [...parameters], feeLimit: FEE_LIMIT, callValue: 0 },
      ...{ userFeePercentage: 100, originEnergyLimit: 10_000_000, name: 'Test' },
    };
    const transaction = await build.createSmartContract(plan, owner);
    const id = await send(transaction);
    let info: Json = {};
    const isIncluded = async () => {
      info = await trx.getUnconfirmedTransactionInfo(id);
      return info.id === id;
    };
    await until(isIncluded, { timeoutMs: INCLUDED_MS, description: 'the contract' });
    if (info.receipt.result !== 'SUCCESS') throw new Error(`Not deployed: ${JSON.stringify(info)}`);
    return base58(info.contract_address);
  }

  type Parameter = { readonly type: string; readonly value: unknown };
  async function call(contract: string, method: string, parameters: Parameter[], value = 0n) {
    const options = { feeLimit: FEE_LIMIT, callValue: Number(value), txLocal: true };
    const plan = [contract, method, options, parameters, owner] as const;
    const { transaction } = await build.triggerSmartContract(...plan);
    return send(transaction);
  }

  const { id, solid } = await realTronChain(ports);
  const token = await deploy(usdtLike, [SUPPLY.toString()]);
  const payer = await deploy(batch, []);
  const { assetV2 = [] } = (await trx.getAccount(owner)) as Json;
  const trc10: string | null = assetV2[0]?.key ?? null;
  const transfer = (to: string, amount: bigint) =>
    call(token, 'transfer(address,uint256)', [
      { type: 'address', value: base58(to) },
      { type: 'uint256', value: amount.toString() },
    ]);
  return {
    ...{ id, ...ports, token, trc10, startBlock: solid },
    ways: [
      async (to, amount) => send(await build.sendTrx(base58(to), Number(amount), owner)),
      transfer,
      async (to, amount) =>
        trc10 && send(await build.sendToken(base58(to), Number(amount), trc10, owner)),
      (to, amount) =>
        call(
          ...([payer, 'payNative(address[],uint256[])'] as const),
          [
            { type: 'address[]', value: [base58(to), base58(to)] },
            { type: 'uint256[]', value: [amount.toString(), '1'] },
          ],
          amount + 1n,
        ),
      // More than there is: nothing arrives.
      (to) => transfer(to, 10n * SUPPLY),
    ],
    // Witnesses make blocks by themselves.
    mine: async () => undefined,
  };
}
