import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { faultOfJson, readAddress } from '@daybook/chains';
import { EnvironmentError } from '@daybook/platform';

/** What is configured of compliance. */
interface ComplianceEnv {
  readonly compliance: string;
  readonly sanctionsFiles?: string;
  readonly complianceUrl?: string;
  readonly complianceSecret?: string;
}

/** Far more than the lists of all authorities have, and little enough to read at once. */
const LIST_BYTES_MAX = 64 * 1024 * 1024;
/** Of the SHA-256 of the lists. */
const VERSION_LENGTH = 16;

/** The addresses of the sanctions lists. */
export interface SanctionsList {
  /** A hash of the content, so that the same lists have the same version wherever they are read. */
  readonly version: string;
  /** Canonical; of every family, since no address is one of two. */
  readonly addresses: ReadonlySet<string>;
  /** Entries that are addresses of no family of this ledger, such as of Bitcoin. */
  readonly others: number;
}

export function sanctionsPaths({ sanctionsFiles = '' }: Pick<ComplianceEnv, 'sanctionsFiles'>) {
  return sanctionsFiles
    .split(',')
    .map((path) => path.trim())
    .filter((path) => path !== '');
}

/**
 * Reads lists of addresses: text with one a line, where `#` begins a comment, or JSON, a list of texts or an object with
 * `addresses`. Throws an error that names the file.
 */
export function readSanctionsLists(paths: readonly string[]): SanctionsList {
  const hash = createHash('sha256');
  const addresses = new Set<string>();
  let others = 0;
  for (const path of paths) {
    const { size } = statSync(path);
    if (size > LIST_BYTES_MAX) {
      throw new Error(`${path} has ${size} bytes, more than ${LIST_BYTES_MAX}.`);
    }
    const text = readFileSync(path, 'utf8');
    hash.update(text).update('\0');
    for (const entry of entriesIn(path, text)) {
      const address = canonical(entry);
      if (address === null) others += 1;
      else addresses.add(address);
    }
  }
  if (addresses.size === 0) {
    throw new Error(`${paths.join(', ')} has no address of EVM chains or TRON.`);
  }
  return { version: hash.digest('hex').slice(0, VERSION_LENGTH), addresses, others };
}

function entriesIn(path: string, text: string): readonly string[] {
  if (!/^\s*[[{]/.test(text)) {
    const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
    return lines.filter((line) => line !== '');
  }
  const fault = faultOfJson(text);
  if (fault !== null) throw new Error(`${path}: ${fault}`);
  const parsed: unknown = JSON.parse(text);
  const list = Array.isArray(parsed) ? parsed : (parsed as { addresses?: unknown }).addresses;
  const isOfTexts = Array.isArray(list) && list.every((entry) => typeof entry === 'string');
  if (!isOfTexts) {
    throw new Error(`${path} must be a list of addresses, or have one in "addresses".`);
  }
  return list.map((entry: string) => entry.trim());
}

/** A list may have wrong checksums. An address that is sanctioned is not missed for the case of its letters. */
function canonical(entry: string): string | null {
  if (/^0x[0-9a-fA-F]{40}$/.test(entry)) return entry.toLowerCase();
  return readAddress(entry)?.address ?? null;
}

/**
 * Throws an `EnvironmentError` for what the configured way to decide lacks. The URL is the operator's alone; it must be
 * encrypted unless it stays on this machine.
 */
export function checkCompliance(env: ComplianceEnv): void {
  const faults: string[] = [];
  if (env.compliance === 'sanctions-list') {
    const paths = sanctionsPaths(env);
    if (paths.length === 0)
      faults.push('DAYBOOK_SANCTIONS_FILES must name the files of the lists.');
    else faults.push(...faultsOf(() => readSanctionsLists(paths), 'DAYBOOK_SANCTIONS_FILES: '));
  }
  if (env.compliance === 'http') {
    faults.push(...faultsOf(() => decisionUrl(env), 'DAYBOOK_COMPLIANCE_URL: '));
    if (env.complianceSecret === undefined) {
      faults.push('DAYBOOK_COMPLIANCE_SECRET must have the secret that signs requests.');
    }
  }
  if (faults.length > 0) throw new EnvironmentError(faults);
}

function faultsOf(check: () => unknown, prefix: string): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    return [`${prefix}${error instanceof Error ? error.message : error}`];
  }
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** The URL that decides. Throws an error that does not repeat it, since it may have credentials. */
export function decisionUrl({ complianceUrl = '' }: Pick<ComplianceEnv, 'complianceUrl'>): URL {
  const url = URL.parse(complianceUrl);
  if (url === null) throw new Error('It must be a URL such as https://compliance.internal/decide.');
  const isSafe =
    url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (!isSafe) throw new Error('It must begin with https://, unless it is on this machine.');
  if (url.username !== '' || url.password !== '') {
    throw new Error('It must have no user and password; requests are signed.');
  }
  return url;
}
