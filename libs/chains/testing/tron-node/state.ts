export type State = ReturnType<typeof createState>;

/**
 * Integers by key, with what they were before, so that a call, a transaction, a block or what is only pending
 * can be undone. A mark is a moment of the state. With `base` it starts as another state, which it leaves alone.
 */
export function createState(base: (key: string) => bigint = () => 0n) {
  const values = new Map<string, bigint>();
  const changes: { readonly key: string; readonly before: bigint }[] = [];
  const read = (key: string): bigint => values.get(key) ?? base(key);
  const write = (key: string, value: bigint): void => {
    changes.push({ key, before: read(key) });
    values.set(key, value);
  };
  return {
    read,
    write,
    add: (key: string, amount: bigint): void => write(key, read(key) + amount),
    mark: (): number => changes.length,
    /** What `key` was at the mark. */
    readAt: (key: string, mark: number): bigint => {
      for (let at = mark; at < changes.length; at++) {
        const change = changes[at];
        if (change?.key === key) return change.before;
      }
      return read(key);
    },
    undoTo: (mark: number): void => {
      while (changes.length > mark) {
        const { key, before } = changes.pop() as (typeof changes)[number];
        values.set(key, before);
      }
    },
  };
}

// Keys. Addresses are 41 and 40 hexadecimal digits.

export const trxOf = (address: string): string => `trx/${address}`;
export const trc10Of = (id: string, address: string): string => `trc10/${id}/${address}`;
/** When the account was created, in Unix milliseconds; 0 if it does not exist. */
export const createdOf = (address: string): string => `created/${address}`;
/** When the account last sent a transaction and last called a contract, in Unix milliseconds. */
export const sentOf = (address: string): string => `sent/${address}`;
export const calledOf = (address: string): string => `called/${address}`;
/** Free bandwidth that the account has used, in bytes. */
export const netUsedOf = (address: string): string => `net/${address}`;
/** A variable of a contract. */
export const storageOf = (contract: string, name: string): string => `storage/${contract}/${name}`;
