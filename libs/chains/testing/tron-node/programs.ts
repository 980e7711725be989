import { type Machine, type Program, revert, word } from './machine';

/** keccak256 of `Transfer(address,address,uint256)`. */
export const TRANSFER_TOPIC = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
/** `transfer(address,uint256)`, `transferFrom(address,address,uint256)`, `balanceOf(address)`. */
export const SELECTORS = { transfer: 'a9059cbb', transferFrom: '23b872dd', balanceOf: '70a08231' };

/** The variable of a token that holds the balance of an address. */
export const balanceSlot = (address: string): string => `balance/${address}`;

export const transferInput = (to: string, amount: bigint): string =>
  SELECTORS.transfer + wordOfAddress(to) + word(amount);

export const transferFromInput = (from: string, to: string, amount: bigint): string =>
  SELECTORS.transferFrom + wordOfAddress(from) + wordOfAddress(to) + word(amount);

/**
 * A TRC-20 token. Everybody may move what is everybody's with `transferFrom`: approvals show nothing that a
 * watcher reads.
 */
export const token: Program = (machine) => {
  const { from, input } = machine;
  switch (input.slice(0, 8)) {
    case SELECTORS.transfer:
      move(machine, from, addressAt(input, 0), amountAt(input, 1));
      return word(1n);
    case SELECTORS.transferFrom:
      move(machine, addressAt(input, 0), addressAt(input, 1), amountAt(input, 2));
      return word(1n);
    case SELECTORS.balanceOf:
      return word(machine.load(balanceSlot(addressAt(input, 0))));
    default:
      return revert('unknown function');
  }
};

function move(machine: Machine, from: string, to: string, amount: bigint): void {
  const balance = machine.load(balanceSlot(from));
  if (balance < amount) revert('insufficient');
  machine.store(balanceSlot(from), balance - amount);
  machine.store(balanceSlot(to), machine.load(balanceSlot(to)) + amount);
  machine.log([TRANSFER_TOPIC, wordOfAddress(from), wordOfAddress(to)], word(amount));
}

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

export function wordOfAddress(address: string): string {
  return address.slice(2).padStart(WORD, '0');
}

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
