import { readFileSync } from 'node:fs';
import { ChannelCredentials, credentials } from '@grpc/grpc-js';

/** Where Daybook is, and who asks. */
export interface DaybookClientOptions {
  /** `host:port`; several hosts of one name take turns. */
  readonly address: string;
  /** An API key, `dbk_...`. Its scopes say what may be called. */
  readonly apiKey: string;
  /**
   * How the connection is protected: by TLS with the authorities that Node knows when left out, by TLS
   * with files of one's own, or, where something else protects it, `false`.
   */
  readonly tls?: TlsFiles | false;
  /** How long a call may take in all, repeats included; 10 s when left out. */
  readonly timeoutMs?: number;
}

/** Paths of PEM files. */
export interface TlsFiles {
  /** The authority of the server's certificate. */
  readonly ca?: string;
  /** The client's own certificate and its key, where the server asks for them. */
  readonly cert?: string;
  readonly key?: string;
}

/** Long enough for a write on a busy cluster, and for waiting until it is visible. */
export const TIMEOUT_MS = 10_000;

const ADDRESS = /^[^\s/?#]+:\d{1,5}$/;
const API_KEY = /^dbk_[\x21-\x7e]+$/;

/** Throws a `TypeError` that says what would be right, and never repeats the key. */
export function checkOptions({ address, apiKey, tls, timeoutMs }: DaybookClientOptions): void {
  if (!ADDRESS.test(address)) {
    throw new TypeError(`"${address}" is no address; it looks like daybook.example:50051.`);
  }
  if (!API_KEY.test(apiKey)) {
    throw new TypeError('The API key is none; it begins with dbk_ and has no spaces.');
  }
  if (tls && (tls.cert === undefined) !== (tls.key === undefined)) {
    throw new TypeError('tls.cert and tls.key are given together or not at all.');
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw new TypeError('timeoutMs is a number of milliseconds above 0.');
  }
}

/** Reads the files; rejects what cannot be read as Node says it. */
export function channelCredentials(tls: DaybookClientOptions['tls']): ChannelCredentials {
  if (tls === false) return credentials.createInsecure();
  const file = (path: string | undefined) => (path === undefined ? null : readFileSync(path));
  return credentials.createSsl(file(tls?.ca), file(tls?.key), file(tls?.cert));
}
