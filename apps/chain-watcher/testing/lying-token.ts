import { Interface, type InterfaceAbi } from 'ethers';
import compiled from '../../../test/contracts/LyingToken.json';
import { type Call, CHAIN, type LocalChain } from './local-chain';

const TOKEN = new Interface(compiled.abi as InterfaceAbi);

/** A token whose logs are not what moves; see the contract. */
export interface LyingToken {
  /** CAIP-19. */
  readonly asset: string;
  call(
    name: 'pay' | 'payLoggedTwice' | 'pull' | 'deposit' | 'rebase',
    ...values: readonly unknown[]
  ): Call;
}

/** Deploys the token, in one block. The sender of the chain has all of it. */
export async function deployLyingToken(local: LocalChain): Promise<LyingToken> {
  const supply = TOKEN.encodeDeploy([10n ** 30n]).slice(2);
  const { hash } = await local.send({ data: compiled.bytecode + supply });
  await local.mine();
  const receipt = (await local.rpc('eth_getTransactionReceipt', hash)) as {
    contractAddress: string;
  };
  const address = receipt.contractAddress.toLowerCase();
  return {
    asset: `${CHAIN}/erc20:${address}`,
    call: (name, ...values) => ({ to: address, data: TOKEN.encodeFunctionData(name, values) }),
  };
}
