import { readFileSync } from 'node:fs';
import { ChannelCredentials, credentials } from '@grpc/grpc-js';

/** The address of Daybook, and the credentials. */
export interface DaybookClientOptions {
  /** `host:port`. If the name has several addresses, calls are spread over them. */
  readonly address: string;
  /** An API key, `dbk_...`. Its scopes decide which methods may be called. */
  readonly apiKey: string;
  /**
   * By default, TLS with the certificate authorities of Node. With files, TLS with those. `false` disables
   * TLS, for connections that are protected otherwise.
   */
  readonly tls?: TlsFiles | false;
  /** The time for a whole call, including retries; 10 s by default. */
  readonly timeoutMs?: number;
}

/** Paths of PEM files. */
export interface TlsFiles {
  /** The authority of the server's certificate. */
  readonly ca?: string;
  /** The client's certificate and key, for mutual TLS. */
  readonly cert?: string;
  readonly key?: string;
}

/** Long enough for a write on a busy cluster and for the wait until it is visible. */
export const TIMEOUT_MS = 10_000;

const ADDRESS = /^[^\s/?#]+:\d{1,5}$/;
const API_KEY = /^dbk_[\x21-\x7e]+$/;

/** Throws a `TypeError` that says what is expected and never repeats the key. */
export function checkOptions({ address, apiKey, tls, timeoutMs }: DaybookClientOptions): void {
  if (!ADDRESS.test(address)) {
    throw new TypeError(`"${address}" is not an address such as daybook.example:50051.`);
  }
  if (!API_KEY.test(apiKey)) {
    throw new TypeError('The API key is invalid: it begins with dbk_ and has no spaces.');
  }
  if (tls && (tls.cert === undefined) !== (tls.key === undefined)) {
    throw new TypeError('tls.cert and tls.key must be set together.');
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw new TypeError('timeoutMs must be a number above 0.');
  }
}

/** Reads the files. Throws Node's error if one cannot be read. */
export function channelCredentials(tls: DaybookClientOptions['tls']): ChannelCredentials {
  if (tls === false) return credentials.createInsecure();
  const file = (path: string | undefined) => (path === undefined ? null : readFileSync(path));
  return credentials.createSsl(file(tls?.ca), file(tls?.key), file(tls?.cert));
}
