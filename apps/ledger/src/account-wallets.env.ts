import { readFileSync } from 'node:fs';
import { ADDRESS_FORMS, faultOfJson, readAddress } from '@daybook/chains';
import type { Family } from '@daybook/domain';
import { textArray } from '@daybook/platform/plain';

/** An address with its family, in canonical form. */
interface Place {
  readonly family: Family;
  readonly address: string;
}

/** The wallets file is invalid. The message lists every fault. */
export class InvalidWalletsFile extends Error {
  override readonly name = 'InvalidWalletsFile';

  constructor(readonly faults: readonly string[]) {
    const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
    super(`The wallets file has ${count}:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
  }
}

/** What an address is to an account: its coins are swept to a wallet, and `gas` addresses top purses up. */
const USES = ['wallets', 'gas'] as const;
type Use = (typeof USES)[number];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** More than any account has, and little enough to check at every start. */
const ADDRESSES_MAX = 10_000;

interface Registered extends Place {
  readonly accountId: string;
  readonly use: Use;
  /** Where it stands in the file, such as `accounts.<id>.gas[0]`. */
  readonly where: string;
}

/** The registered addresses of accounts. They are configuration, read at the start. */
export class AccountWallets {
  private readonly uses: ReadonlyMap<string, Use>;

  constructor(readonly registered: readonly Registered[]) {
    this.uses = new Map(registered.map((each) => [keyOf(each.accountId, each), each.use]));
  }

  /** Whether the account's coins are swept to this address. */
  isWallet(accountId: string, place: Place): boolean {
    return this.uses.get(keyOf(accountId, place)) === 'wallets';
  }

  /** Whether the account tops its purses up from this address. */
  isGas(accountId: string, place: Place): boolean {
    return this.uses.get(keyOf(accountId, place)) === 'gas';
  }
}

function keyOf(accountId: string, { family, address }: Place): string {
  return `${accountId} ${family} ${address}`;
}

/** The wallets of the file at `path`; none without a file. Throws `InvalidWalletsFile`. */
export function loadWalletsFile(path: string | null): AccountWallets {
  return path === null ? new AccountWallets([]) : readWalletsFile(readText(path));
}

/** The same from the text of a file. */
export function readWalletsFile(text: string): AccountWallets {
  const fault = faultOfJson(text);
  if (fault !== null) throw new InvalidWalletsFile([fault]);
  const faults: string[] = [];
  const registered = entriesOf(JSON.parse(text), faults);
  faults.push(...contradictions(registered));
  if (faults.length > 0) throw new InvalidWalletsFile(faults);
  return new AccountWallets(registered);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidWalletsFile([`${path} cannot be read (${code}). Name a readable JSON file.`]);
  }
}

const FORM = '{ "accounts": { "<account id>": { "wallets": ["0x..."], "gas": ["0x..."] } } }';

function entriesOf(file: unknown, faults: string[]): readonly Registered[] {
  const isOfForm = isObject(file) && isObject(file.accounts) && Object.keys(file).length === 1;
  if (!isOfForm) {
    faults.push(`It must have the form ${FORM}.`);
    return [];
  }
  const found: Registered[] = [];
  for (const [accountId, entry] of Object.entries(file.accounts as object)) {
    if (!UUID.test(accountId)) {
      faults.push(`accounts: "${accountId}" is not the id of an account, a UUID in lower case.`);
      continue;
    }
    const others = isObject(entry) ? Object.keys(entry).filter((name) => !isUse(name)) : [''];
    if (!isObject(entry) || others.length > 0) {
      faults.push(`accounts.${accountId} must have "wallets" and "gas" and nothing else.`);
      continue;
    }
    for (const use of USES) found.push(...addressesOf(accountId, use, entry[use] ?? [], faults));
  }
  if (found.length > ADDRESSES_MAX) {
    faults.push(`It has ${found.length} addresses, more than ${ADDRESSES_MAX}.`);
  }
  return found;
}

function addressesOf(
  accountId: string,
  use: Use,
  list: unknown,
  faults: string[],
): readonly Registered[] {
  const path = `accounts.${accountId}.${use}`;
  if (!Array.isArray(list)) {
    faults.push(`${path} must be a list of addresses.`);
    return [];
  }
  return list.flatMap((text: unknown, i) => {
    const where = `${path}[${i}]`;
    const place = typeof text === 'string' ? readAddress(text) : null;
    if (place !== null) return [{ ...place, accountId, use, where }];
    faults.push(
      `${where}: ${JSON.stringify(text)} is not an address, or its checksum is wrong. Copy it whole: ${ADDRESS_FORMS}.`,
    );
    return [];
  });
}

/** An address is listed once. Only a gas address may serve several accounts. */
function contradictions(registered: readonly Registered[]): readonly string[] {
  const first = new Map<string, Registered>();
  return registered.flatMap((each) => {
    const key = `${each.family} ${each.address}`;
    const known = first.get(key);
    if (known === undefined) first.set(key, each);
    if (known === undefined) return [];
    const isShared = known.accountId !== each.accountId && known.use === 'gas';
    if (isShared && each.use === 'gas') return [];
    return [
      `${each.where}: ${each.address} stands at ${known.where} too. An address is a wallet or a gas address, of one account.`,
    ];
  });
}

interface Database {
  query(sql: string, values: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

const PURSES = `
  SELECT p.id, p.address, p.family FROM unnest($1::text[], $2::text[]) AS r(address, family)
    JOIN ledger.purse p ON p.address = r.address AND p.family = r.family`;

/**
 * Throws `InvalidWalletsFile` if a registered address is that of a purse: what moves between purses is no sweep
 * and no top-up.
 */
export async function refusePurses(client: Database, wallets: AccountWallets): Promise<void> {
  const { registered } = wallets;
  if (registered.length === 0) return;
  const { rows } = await client.query(PURSES, [
    textArray(registered.map(({ address }) => address)),
    textArray(registered.map(({ family }) => family)),
  ]);
  const faults = (rows as readonly (Place & { readonly id: string })[]).map((purse) => {
    const { address, family, id } = purse;
    const of = registered.find((each) => each.address === address && each.family === family);
    return `${of?.where}: ${address} is the address of purse ${id}. Name an address outside of the purses.`;
  });
  if (faults.length > 0) throw new InvalidWalletsFile(faults);
}

function isUse(name: string): name is Use {
  return (USES as readonly string[]).includes(name);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
