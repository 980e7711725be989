import type { CoinLog } from '../chains-and-assets';
import { type RawReceipt, toAmount } from './raw';
import { type CoinLogHere, isOf, transferIn } from './read-log';

/**
 * ZK Stack chains, such as zkSync Era: the bootloader takes the whole fee from its payer before a transaction runs and
 * gives back afterwards what was not used, both by transfers of the coin, also around a transaction that fails
 * (era-contracts, `bootloader.yul` and `L2BaseToken`). It has no other money and nobody has its key, so what goes to it
 * or comes from it is a fee, and no movement of its own.
 */
const FEE_TAKERS: Readonly<Record<string, string>> = {
  '0x000000000000000000000000000000000000800a': '0x0000000000000000000000000000000000008001',
};

/** How the log of the coin is read in the block at a height; null if there is none yet. */
export function coinLogAt(log: CoinLog | undefined, height: number): CoinLogHere | null {
  if (log === undefined || height < log.fromHeight) return null;
  const { address, coversValues = true } = log;
  return { address, coversValues, feesTo: FEE_TAKERS[address] ?? null };
}

/**
 * Whether a value without a log did not move, whatever its transaction says: where every account may be a contract, as
 * on ZK Stack chains, one may do something else than it is asked. Elsewhere each node moves the value itself, so without
 * a log it is the configured height that is wrong. It is too where a transaction paid a fee and nothing is logged.
 */
export function mayWithhold(receipt: RawReceipt, { address, feesTo }: CoinLogHere): boolean {
  if (feesTo === null) return false;
  const isFree = toAmount(receipt.effectiveGasPrice) === 0n;
  return isFree || receipt.logs.some((log) => isOf(log, address) && transferIn(log) !== null);
}

/**
 * What a transaction cost its sender by the logs of the coin, where they show fees: nothing if another paid it, as a
 * paymaster does. Null where they do not, or not in this block.
 */
export function loggedFee(
  receipt: RawReceipt | undefined,
  sender: string,
  coinLog: CoinLogHere | null,
): bigint | null {
  if (receipt === undefined || coinLog === null || coinLog.feesTo === null) return null;
  const { address, feesTo } = coinLog;
  let fee = 0n;
  for (const log of receipt.logs) {
    const read = isOf(log, address) ? transferIn(log) : null;
    if (read?.from === sender && read.to === feesTo) fee += read.number;
    if (read?.from === feesTo && read.to === sender) fee -= read.number;
  }
  return fee > 0n ? fee : 0n;
}
