import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { faultOfJson } from '@daybook/chains';
import { newKeyring } from '../../../ledger/src/keyring.env';
import { EXIT, Failure } from './exit-codes';

/** The files of one installation. */
export type DataFolder = ReturnType<typeof dataFolder>;

export function dataFolder(folder: string) {
  const path = resolve(folder);
  return {
    path,
    postgres: join(path, 'postgres'),
    logs: join(path, 'logs'),
    /** The local chains by their family. Absent unless a demo ran here. */
    localChains: { evm: join(path, 'chain'), tron: join(path, 'tron-chain') },
    /** Declares the local chains to ledger and watcher. */
    localChainsFile: join(path, 'local-chains.json'),
    secretsFile: join(path, 'secrets.json'),
    apiKeyFile: join(path, 'api-key'),
    operatorKeyFile: join(path, 'operator-key'),
    /** The master keys of the vault, and the keys of look-ups. No backup of the database has them. */
    vaultKeysFile: join(path, 'vault-keys'),
    lookupKeysFile: join(path, 'lookup-keys'),
    /** Names the processes that run on this folder. */
    claimFile: join(path, 'running.json'),
    lastStartFile: join(path, 'last-start.json'),
  };
}

/**
 * The users of the database, `daybook_<name>`. The owner owns the schemas and only migrates; `ledger` is the ledger's
 * API and the command line, and the ledger's other parts have users of their own.
 */
const USERS = [
  'owner',
  'ledger',
  'watcher',
  ...(['projector', 'consumer', 'relay', 'reactions'] as const),
] as const;

/** One value for each user of the database. */
export type ByUser = Readonly<Record<(typeof USERS)[number], string>>;

function byUser(valueFor: (user: (typeof USERS)[number]) => string): ByUser {
  return Object.fromEntries(USERS.map((user) => [user, valueFor(user)])) as ByUser;
}

/** The configuration of the last start, for the commands that come later. */
export interface LastStart {
  readonly postgresPort: number;
  /** Null for what was not started. */
  readonly ledgerUrl: string | null;
  readonly watcherUrl: string | null;
  /** The `DAYBOOK_` variables of the ledger. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The passwords of the users of the database, created at first use. */
export function passwordsOf({ secretsFile }: DataFolder): ByUser {
  const created = byUser(() => randomBytes(24).toString('base64url'));
  keep(secretsFile, `${JSON.stringify(created)}\n`);
  // A folder of an earlier version has fewer users.
  const kept = readJson<ByUser>(secretsFile, ['owner', 'ledger', 'watcher']);
  if (USERS.every((user) => kept[user] !== undefined)) return kept;
  writePrivately(secretsFile, `${JSON.stringify({ ...created, ...kept })}\n`);
  return { ...created, ...kept };
}

/** Reads a JSON file of the folder with these fields. Throws `Failure` if it is damaged. */
export function readJson<T>(file: string, fields: readonly (keyof T & string)[]): T {
  const text = readFileSync(file, 'utf8');
  const content = faultOfJson(text) === null ? JSON.parse(text) : null;
  const missing = fields.find((field) => content?.[field] === undefined);
  if (missing === undefined) return content;
  const fault = faultOfJson(text) ?? `It has no "${missing}".`;
  const right = 'Correct it, or delete it: "npx daybook start" writes a new one.';
  throw new Failure(`${file} is damaged. ${fault} ${right}`, EXIT.usage);
}

/** The connection strings of the database on a port of this machine. */
export function databaseUrls(port: number, passwords: ByUser): ByUser {
  return byUser((user) => {
    return `postgres://daybook_${user}:${passwords[user]}@127.0.0.1:${port}/daybook`;
  });
}

/** The API key of the default account, created at first use: `dbk_<id>_<secret of 256 bits>`. */
export function apiKeyOf({ apiKeyFile }: DataFolder): string {
  return keep(apiKeyFile, `dbk_${newKey()}\n`).trim();
}

/** The key of the first operator, created at first use: `dbo_<id>_<secret of 256 bits>`. */
export function operatorKeyOf({ operatorKeyFile }: DataFolder): string {
  return keep(operatorKeyFile, `dbo_${newKey()}\n`).trim();
}

/** The master keys of the vault, created at first use. */
export function vaultKeysOf({ vaultKeysFile }: DataFolder): string {
  return keep(vaultKeysFile, `${newKeyring()}\n`).trim();
}

/** The keys of look-ups, created at first use. */
export function lookupKeysOf({ lookupKeysFile }: DataFolder): string {
  return keep(lookupKeysFile, `${newKeyring()}\n`).trim();
}

function newKey(): string {
  return `${randomBytes(4).toString('hex')}_${randomBytes(32).toString('base64url')}`;
}

/** Reads `file`, or writes `content` to it if there is none. Its owner alone can read it from now on. */
function keep(file: string, content: string): string {
  if (!existsSync(file)) writePrivately(file, content);
  // A restored copy may be readable by others. Its owner alone may change that.
  if (statSync(file).uid === process.getuid?.()) chmodSync(file, 0o600);
  return readFileSync(file, 'utf8');
}

/** Replaces a file atomically: after a crash it is the old or the new one, whole. */
export function writePrivately(file: string, content: string | Uint8Array): void {
  const draft = `${file}.draft`;
  // The mode is that of a new file; a draft that a crash left would keep its own.
  rmSync(draft, { force: true });
  writeFileSync(draft, content, { mode: 0o600, flush: true });
  renameSync(draft, file);
}
