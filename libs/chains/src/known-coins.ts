import type { CoinRules } from './chains-and-assets';

/**
 * Most nodes serve no traces, or only of recent blocks, so no known chain requires them. Where they are not served, what
 * a contract sends shows as a difference between the balance on chain and the books.
 */
export const BY_VALUES: CoinRules = { traces: 'optional', hasWithdrawals: false };

/** Validators are paid in Ether (EIP-4895). */
const AS_ETHEREUM: CoinRules = { ...BY_VALUES, hasWithdrawals: true };

/**
 * How the coins of known chains move besides by the values of transactions.
 *
 * Withdrawals only where they are paid in the coin. Rollups and sidechains list none, and on the OP Stack since Isthmus
 * `withdrawalsRoot` is the root of a storage, not of a list, so reading it as one would refuse each block.
 *
 * The logs of EIP-7708 come with a fork of Ethereum that has no height yet: the chains file can say it (`coin.log`).
 */
export const KNOWN_COINS: Readonly<Record<string, CoinRules>> = {
  'eip155:1': AS_ETHEREUM,
  // Its test networks Sepolia, Holesky and Hoodi; local ones of Anvil and Hardhat, and of geth.
  'eip155:11155111': AS_ETHEREUM,
  'eip155:17000': AS_ETHEREUM,
  'eip155:560048': AS_ETHEREUM,
  'eip155:31337': AS_ETHEREUM,
  'eip155:1337': AS_ETHEREUM,
  'eip155:56': BY_VALUES,
  // Its contract 0x...1010 logs movements of POL by an event of its own, not by Transfer.
  'eip155:137': BY_VALUES,
  'eip155:42161': BY_VALUES,
  'eip155:10': BY_VALUES,
  'eip155:8453': BY_VALUES,
  // CELO is also a token, whose transfers move the coin inside the node, where no trace shows it. Values of transactions
  // and calls have no log there (specs.celo.org, "Token duality"). The contract is part of the genesis block.
  'eip155:42220': {
    ...BY_VALUES,
    log: {
      ...{ address: '0x471ece3750da237f93b8e339c536989b8978a438', fromHeight: 0 },
      coversValues: false,
    },
  },
  'eip155:43114': BY_VALUES,
  // Its blocks list withdrawals, which a contract pays in the token GNO.
  'eip155:100': BY_VALUES,
  'eip155:59144': BY_VALUES,
  'eip155:534352': BY_VALUES,
  // Each movement of Ether, also a fee, is a transfer by the system contract L2BaseToken since the first block
  // (era-contracts, `L2BaseToken.transferFromTo`), so traces would show nothing more.
  'eip155:324': {
    ...{ traces: 'none', hasWithdrawals: false },
    log: { address: '0x000000000000000000000000000000000000800a', fromHeight: 0 },
  },
};
