import { addressOf, hashed, type Json, message, trx } from '../tron-blocks';
import { type Key, keyOf } from './keys';
import type { Program } from './machine';
import {
  balanceSlot,
  batcher,
  dirtyToken,
  endless,
  pretender,
  regretful,
  spawner,
  splitter,
  swallower,
  token,
} from './programs';
import { createdOf, createState, type State, storageOf, trc10Of, trxOf } from './state';
import { hex, idOf, printTransaction } from './transactions';

export interface GenesisPlan {
  /** Makes all keys and addresses. Chains of one seed have one genesis block, so they are one chain. */
  readonly seed: string;
  readonly witnessCount: number;
  /** Further contracts by name. */
  readonly programs: Readonly<Record<string, Program>>;
}

/** A witness, and the key with which it signs. */
export interface Witness {
  readonly address: string;
  readonly key: Key;
}

export type Genesis = ReturnType<typeof createGenesis>;

/** The contracts of every chain, by name. */
const PROGRAMS: Readonly<Record<string, Program>> = {
  ...{ usdt: token, usdc: token, unlisted: token, dirty: dirtyToken },
  ...{ splitter, regretful, swallower, batcher, spawner, pretender, endless },
};
/** The faucet owns all of it. In sun, as the first account of java-tron's configuration. */
const TRX_SUPPLY = 95_000_000_000_000_000n;
/** Of each TRC-20 token, in base units. */
const TOKEN_SUPPLY = 10n ** 30n;
/** java-tron numbers TRC-10 tokens from here. */
export const TRC10_IDS: readonly string[] = ['1000001', '1000002'];
/** The most that one can have. */
const TRC10_SUPPLY = 2n ** 63n - 1n;
/** 2026-11-21. The genesis block itself has no time. */
export const GENESIS_TIME = 1_795_248_530_000;

/** The text that java-tron has in the place of the first witness. */
const GENESIS_WITNESS =
  'A new system must allow existing systems to be linked together without requiring any central control or coordination';
/** The text in the place of who sends the first coins. */
const GENESIS_OWNER = hex(Buffer.from('0x000000000000000000000'));

/** The first block with everything that exists in it. Nobody signed it. */
export function createGenesis({ seed, witnessCount, programs }: GenesisPlan) {
  const faucet = keyOf(seed, 'faucet');
  const contracts = new Map<string, Program>();
  const addresses = new Map<string, string>();
  for (const [name, program] of Object.entries({ ...PROGRAMS, ...programs })) {
    const address = addressOf(`${seed}/${name}`);
    addresses.set(name, address);
    contracts.set(address, program);
  }
  const state = createState();
  endow(state, faucet.address, contracts);
  const witnesses = Array.from({ length: witnessCount }, (_, n) => witnessAt(seed, n));
  for (const { address } of witnesses) state.write(createdOf(address), BigInt(GENESIS_TIME));
  return {
    ...{ seed, faucet, state, witnesses, programs: contracts },
    block: blockFor(faucet.address),
    /** The address of a contract by its name. */
    contract: (name: string): string => {
      const address = addresses.get(name);
      if (address !== undefined) return address;
      throw new RangeError(
        `There is no contract ${name}, but ${[...addresses.keys()].join(', ')}.`,
      );
    },
  };
}

/** The first witness signs with the key of its witness permission, the others with their own keys. */
function witnessAt(seed: string, n: number): Witness {
  const key = keyOf(seed, `witness ${n}`);
  return { address: key.address, key: n === 0 ? keyOf(seed, 'witness permission 0') : key };
}

function endow(state: State, faucet: string, contracts: ReadonlyMap<string, Program>): void {
  state.write(createdOf(faucet), BigInt(GENESIS_TIME));
  state.write(trxOf(faucet), TRX_SUPPLY);
  for (const id of TRC10_IDS) state.write(trc10Of(id, faucet), TRC10_SUPPLY);
  for (const [address, program] of contracts) {
    state.write(createdOf(address), BigInt(GENESIS_TIME));
    if (program !== token && program !== dirtyToken) continue;
    state.write(storageOf(address, balanceSlot(faucet)), TOKEN_SUPPLY);
  }
}

function blockFor(faucet: string): Json {
  const raw = message([11, trx(GENESIS_OWNER, faucet, TRX_SUPPLY)]);
  const transactions = [printTransaction({ id: idOf(raw), raw, signatures: [] })];
  const raw_data = { txTrieRoot: '', witness_address: '', parentHash: '0'.repeat(64) };
  const witness = `41${hex(Buffer.from(GENESIS_WITNESS)).slice(2)}`;
  return hashed({ blockID: '', block_header: { raw_data }, transactions }, witness);
}
