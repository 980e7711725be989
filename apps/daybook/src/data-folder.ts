import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where everything of one installation lies. */
export interface DataFolder {
  readonly path: string;
  readonly postgres: string;
  readonly logs: string;
  /** Of the local EVM chain; absent unless a demo has run here. */
  readonly chain: string;
  readonly apiKeyFile: string;
  readonly operatorKeyFile: string;
  /** Who runs on this folder. */
  readonly claimFile: string;
  /** What the last start was told and chose. */
  readonly lastStartFile: string;
}

/** Passwords of the database roles. */
export interface Secrets {
  readonly owner: string;
  readonly ledger: string;
  readonly watcher: string;
}

export function dataFolder(path: string): DataFolder {
  const at = resolve(path);
  return {
    path: at,
    postgres: join(at, 'postgres'),
    logs: join(at, 'logs'),
    chain: join(at, 'chain'),
    apiKeyFile: join(at, 'api-key'),
    operatorKeyFile: join(at, 'operator-key'),
    claimFile: join(at, 'running.json'),
    lastStartFile: join(at, 'last-start.json'),
  };
}

/** The passwords of this folder, made at first use. */
export function secretsOf(folder: DataFolder): Secrets {
  const file = join(folder.path, 'secrets.json');
  const password = (): string => randomBytes(24).toString('base64url');
  const made = { owner: password(), ledger: password(), watcher: password() };
  return JSON.parse(keep(file, `${JSON.stringify(made)}\n`));
}

/** The API key of the default account, made at first use: `dbk_<id>_<secret of 256 bits>`. */
export function apiKeyOf(folder: DataFolder): string {
  return keep(folder.apiKeyFile, `dbk_${newKey()}\n`).trim();
}

/** The key of the first operator, made at first use: `dbo_<id>_<secret of 256 bits>`. */
export function operatorKeyOf(folder: DataFolder): string {
  return keep(folder.operatorKeyFile, `dbo_${newKey()}\n`).trim();
}

function newKey(): string {
  return `${randomBytes(4).toString('hex')}_${randomBytes(32).toString('base64url')}`;
}

/** The content of `file`; when there is none, `content` is kept there for its owner's eyes only. */
function keep(file: string, content: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8');
  writePrivately(file, content);
  return content;
}

/** Replaces `file` whole, so that a kill in between leaves the old one. */
export function writePrivately(file: string, content: string | Uint8Array): void {
  const draft = `${file}.draft`;
  writeFileSync(draft, content, { mode: 0o600, flush: true });
  renameSync(draft, file);
}

export function makeFolders(folder: DataFolder): void {
  mkdirSync(folder.logs, { recursive: true });
}
