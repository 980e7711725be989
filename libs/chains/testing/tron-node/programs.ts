import { wordOf } from '../tron-blocks';
import { type Program, revert, word } from './machine';

/** keccak256 of `Transfer(address,address,uint256)`. */
export const TRANSFER_TOPIC = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
/** Of TRC-20; `transferMany(address[],uint256)` is as the recorded token has it, under its own selector. */
const SELECTORS = {
  /** `transfer(address,uint256)` */
  transfer: 'a9059cbb',
  /** `transferFrom(address,address,uint256)` */
  transferFrom: '23b872dd',
  /** `balanceOf(address)` */
  balanceOf: '70a08231',
  /** `decimals()` */
  decimals: '313ce567',
  /** `symbol()` */
  symbol: '95d89b41',
  transferMany: '8eb64b3d',
};

/** The variable of a token that holds the balance of an address. */
export const balanceSlot = (address: string): string => `balance/${address}`;

export const balanceInput = (address: string): string => SELECTORS.balanceOf + wordOf(address);

export const transferInput = (to: string, amount: bigint): string =>
  SELECTORS.transfer + wordOf(to) + word(amount);

export const transferFromInput = (from: string, to: string, amount: bigint): string =>
  SELECTORS.transferFrom + wordOf(from) + wordOf(to) + word(amount);

export const transferManyInput = (recipients: readonly string[], amount: bigint): string => {
  const head = word(64n) + word(amount) + word(BigInt(recipients.length));
  return SELECTORS.transferMany + head + recipients.map((each) => wordOf(each)).join('');
};

/**
 * A TRC-20 token. Everybody may move what is everybody's with `transferFrom`: approvals show nothing that a
 * watcher reads. `dirt` fills the upper bytes of addresses in its topics, which are zero in others.
 */
const tokenWith =
  (dirt?: string): Program =>
  (machine) => {
    const { from, input } = machine;
    const move = (payer: string, to: string, amount: bigint): void => {
      const balance = machine.load(balanceSlot(payer));
      if (balance < amount) revert('insufficient');
      machine.store(balanceSlot(payer), balance - amount);
      machine.store(balanceSlot(to), machine.load(balanceSlot(to)) + amount);
      machine.log([TRANSFER_TOPIC, wordOf(payer, dirt), wordOf(to, dirt)], word(amount));
    };
    switch (input.slice(0, SELECTOR)) {
      case SELECTORS.transfer:
        move(from, addressAt(input, 0), amountAt(input, 1));
        return word(1n);
      case SELECTORS.transferFrom:
        move(addressAt(input, 0), addressAt(input, 1), amountAt(input, 2));
        return word(1n);
      case SELECTORS.transferMany:
        for (let at = 0; at < Number(amountAt(input, 2)); at++) {
          move(from, addressAt(input, 3 + at), amountAt(input, 1));
        }
        return '';
      case SELECTORS.balanceOf:
        return word(machine.load(balanceSlot(addressAt(input, 0))));
      case SELECTORS.decimals:
        return word(6n);
      case SELECTORS.symbol:
        return word(32n) + word(4n) + Buffer.from('USDT').toString('hex').padEnd(WORD, '0');
      default:
        return revert('unknown function');
    }
  };

export const token = tokenWith();
export const dirtyToken = tokenWith('ff'.repeat(12));

/** Logs that look like transfers to the address in its input and are none, as in the recordings. */
export const pretender: Program = ({ input, from, log }) => {
  const [payer, payee, amount] = [wordOf(from), wordOf(addressAt(input, 0, 0)), word(5n)];
  log([TRANSFER_TOPIC], payer + payee + amount);
  log([TRANSFER_TOPIC, payer, payee, amount]);
  log([TRANSFER_TOPIC, payer, payee]);
  log([TRANSFER_TOPIC, payer, payee], amount + word(0n));
  log([], amount);
  return '';
};

/** Creates a contract with the value that it got, and has that destroy itself for the address in its input. */
export const spawner: Program = (machine) => {
  const spawned = machine.create(mortal, machine.value);
  machine.call(spawned, { input: machine.input });
  return '';
};

/** Pays every address of its input, a word each, an equal part of the value or of the TRC-10 token. */
export const splitter: Program = (machine) => {
  const recipients = addressesIn(machine.input);
  const share = (amount: bigint) => amount / BigInt(recipients.length);
  for (const to of recipients) {
    const { value, token: tokens } = machine;
    const part = tokens && { id: tokens.id, amount: share(tokens.amount) };
    if (!machine.call(to, { value: share(value), token: part })) revert('payment failed');
  }
  return '';
};

/** Pays the address in its input, and then reverts. */
export const regretful: Program = (machine) => {
  for (const to of addressesIn(machine.input)) machine.call(to, { value: machine.value });
  return revert('all reverted');
};

/** Has another contract, the first word, called with the rest of the input, and succeeds whatever that does. */
export const swallower: Program = (machine) => {
  const [callee = ''] = addressesIn(machine.input);
  machine.call(callee, { value: machine.value, input: machine.input.slice(WORD) });
  return '';
};

/** Makes many transfers of a token, the first word: recipient and amount follow in turns. From its own balance. */
export const batcher: Program = (machine) => {
  const contract = addressAt(machine.input, 0, 0);
  const pairs = machine.input.length / WORD - 1;
  for (let at = 1; at < pairs; at += 2) {
    const [to, amount] = [addressAt(machine.input, at, 0), amountAt(machine.input, at + 1, 0)];
    if (!machine.call(contract, { input: transferInput(to, amount) })) revert('transfer failed');
  }
  return '';
};

/** Leaves everything that it has to the address in its input. */
export const mortal: Program = (machine) => {
  machine.selfDestruct(addressAt(machine.input, 0, 0));
  return '';
};

/** Uses energy until none is left. */
export const endless: Program = (machine) => {
  for (;;) machine.burn(10_000n);
};

const WORD = 64;
const SELECTOR = 8;

function wordAt(input: string, index: number, skip = SELECTOR): string {
  return input.slice(skip + WORD * index, skip + WORD * (index + 1)).padEnd(WORD, '0');
}

/** The upper bytes of a word are not looked at, as in compiled contracts. */
function addressAt(input: string, index: number, skip?: number): string {
  return `41${wordAt(input, index, skip).slice(-40)}`;
}

function amountAt(input: string, index: number, skip?: number): bigint {
  return BigInt(`0x${wordAt(input, index, skip)}`);
}

function addressesIn(input: string): string[] {
  return Array.from({ length: input.length / WORD }, (_, index) => addressAt(input, index, 0));
}
