/** Words of logs are 64 hexadecimal digits, here without `0x`. */
const WORD_DIGITS = 64;
const ADDRESS_DIGITS = 40;

/** keccak256 of `Transfer(address,address,uint256)`: ERC-20 and ERC-721 share it. */
export const TRANSFER = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
/** keccak256 of ERC-1155's `TransferSingle(address,address,address,uint256,uint256)`. */
export const TRANSFER_SINGLE = 'c3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62';
/** keccak256 of ERC-1155's `TransferBatch(address,address,address,uint256[],uint256[])`. */
export const TRANSFER_BATCH = '4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb';

/** So many of one log are recorded. None is ever credited, and one log may list thousands. */
export const LOTS_MAX = 64;
/** More words than a transfer has are not searched for its recipient. */
const SEARCHED_WORDS_MAX = 8;
/** A smaller number is an amount or an id: an address with so many zeros cannot be made. */
const ADDRESS_ZEROS_MAX = '0'.repeat(16);

/** One kind of an ERC-1155 token, and how many of it. */
export interface Lot {
  readonly id: bigint;
  readonly amount: bigint;
}

/** What `TransferSingle` moves, by its data; null if the data is of another form. */
export function lotIn(data: string): Lot | null {
  if (data.length !== 2 * WORD_DIGITS || !isHex(data)) return null;
  return { id: wordAt(data, 0), amount: wordAt(data, WORD_DIGITS) };
}

/** What `TransferBatch` moves, by its data, at most `LOTS_MAX`; null if the data is of another form. */
export function lotsIn(data: string): readonly Lot[] | null {
  const [ids, amounts] = [listAt(data, 0), listAt(data, WORD_DIGITS)];
  if (ids === null || ids.count !== amounts?.count) return null;
  const count = Math.min(ids.count, LOTS_MAX);
  const lots: Lot[] = [];
  for (let i = 0; i < count; i++) {
    const places = [ids.from + i * WORD_DIGITS, amounts.from + i * WORD_DIGITS] as const;
    if (!places.every((at) => isHex(data.slice(at, at + WORD_DIGITS)))) return null;
    lots.push({ id: wordAt(data, places[0]), amount: wordAt(data, places[1]) });
  }
  return lots;
}

/** The list to which a word of the ABI points; null if it is not inside the data. */
function listAt(data: string, at: number) {
  const offset = smallAt(data, at);
  if (offset === null) return null;
  const start = 2 * offset;
  const count = smallAt(data, start);
  const from = start + WORD_DIGITS;
  if (count === null || from + count * WORD_DIGITS > data.length) return null;
  return { from, count };
}

/** A word that counts bytes or entries; null if it is cut, or too large to be one. */
function smallAt(data: string, at: number): number | null {
  const word = data.slice(at, at + WORD_DIGITS);
  if (word.length < WORD_DIGITS || !/^0{56}[0-9a-fA-F]{8}$/.test(word)) return null;
  return Number.parseInt(word.slice(-8), 16);
}

function wordAt(data: string, at: number): bigint {
  return BigInt(`0x${data.slice(at, at + WORD_DIGITS)}`);
}

function isHex(digits: string): boolean {
  return /^[0-9a-fA-F]+$/.test(digits);
}

/** Who may take part in a transfer whose log cannot be read: 40 lower-case digits each. */
export interface Parties {
  /** Null if it cannot be told. */
  readonly sender: string | null;
  /** One, or each address that may be it. None if the log names nobody. */
  readonly recipients: readonly string[];
}

/**
 * Who may take part, as far as the log of a Transfer says. `topics` are those after the event's. With two or more the
 * first two are sender and recipient, as in every known token. Of less, nothing tells which word is what, so each that
 * can be an address may be the recipient: to whom it is none, such a record says nothing wrong, as it moves nothing.
 */
export function partiesIn(topics: readonly string[], data: string): Parties {
  const [sender = null, recipient = null] = topics.map(addressIn);
  if (recipient !== null) return { sender, recipients: [recipient] };
  const words = [...topics];
  for (let at = 0; at < data.length && words.length < SEARCHED_WORDS_MAX; at += WORD_DIGITS) {
    words.push(data.slice(at, at + WORD_DIGITS));
  }
  const found = words.map(addressIn).filter((address) => address !== null);
  const likely = found.filter((address) => !address.startsWith(ADDRESS_ZEROS_MAX));
  return { sender: null, recipients: [...new Set(likely)] };
}

/** The last 20 bytes, whatever is before them: neither machines nor compiled contracts look at that. */
function addressIn(word: string): string | null {
  const digits = word.slice(-ADDRESS_DIGITS);
  return digits.length === ADDRESS_DIGITS && isHex(digits) ? digits.toLowerCase() : null;
}
