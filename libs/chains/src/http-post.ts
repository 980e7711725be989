import { Agent as HttpAgent, type IncomingMessage, request as overHttp } from 'node:http';
import { Agent as HttpsAgent, request as overHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

const AGENTS = {
  'http:': new HttpAgent({ keepAlive: true }),
  'https:': new HttpsAgent({ keepAlive: true }),
};

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Until the whole answer has arrived. */
  readonly timeoutMs: number;
  readonly responseBytesMax: number;
}

export interface PostAnswer {
  readonly status: number;
  /** Decompressed; null if the answer is too large. */
  readonly body: Buffer | null;
  readonly retryAfter: string | null;
}

/** The request was not answered in time. */
export class PostTimeout extends Error {
  override readonly name = 'PostTimeout';
}

/**
 * Sends a POST request. Redirects are answers like others. Through `node:http`, because `fetch` takes twice the
 * processor time for answers of a megabyte. Rejects with `PostTimeout`, and with the error of the connection.
 */
export function post(url: string, options: PostOptions): Promise<PostAnswer> {
  const { body, timeoutMs } = options;
  const { protocol, hostname } = new URL(url);
  const isSecure = protocol === 'https:';
  const headers = {
    ...options.headers,
    'content-length': String(Buffer.byteLength(body)),
    // Compression costs more time than it saves on the same machine.
    ...(!isThisMachine(hostname) && { 'accept-encoding': 'gzip, deflate, br' }),
  };
  return new Promise((resolve, reject) => {
    const send = isSecure ? overHttps : overHttp;
    const agent = isSecure ? AGENTS['https:'] : AGENTS['http:'];
    const request = send(url, { method: 'POST', headers, agent });
    const timer = setTimeout(() => {
      reject(new PostTimeout(`No answer within ${timeoutMs} ms.`));
      request.destroy();
    }, timeoutMs);
    request.on('error', reject);
    let isAnswered = false;
    request.on('close', () => {
      clearTimeout(timer);
      // After 101 (Switching Protocols) there is neither an answer nor an error.
      if (!isAnswered) reject(new Error('The connection was closed without an answer.'));
    });
    request.on('response', (response) => {
      isAnswered = true;
      const { statusCode: status = 0, headers: answered } = response;
      readBody(response, options.responseBytesMax).then((read) => {
        resolve({ status, body: read, retryAfter: answered['retry-after'] ?? null });
        if (read === null) request.destroy();
      }, reject);
    });
    request.end(body);
  });
}

/** Whether the host name of a URL is a loopback address. */
export function isThisMachine(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** The decoded bytes of an answer; null if it is larger than `bytesMax`, before or after decoding. */
function readBody(response: IncomingMessage, bytesMax: number): Promise<Buffer | null> {
  const body = decoded(response);
  const chunks: Buffer[] = [];
  const announced = Number(response.headers['content-length'] ?? 0);
  return new Promise((resolve, reject) => {
    if (announced > bytesMax) return resolve(null);
    let size = 0;
    body.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > bytesMax) resolve(null);
      else chunks.push(chunk);
    });
    body.on('end', () => resolve(Buffer.concat(chunks, size)));
    body.on('error', reject);
    response.on('error', reject);
    response.on('close', () => {
      if (!response.complete) reject(new Error('The connection was closed within the answer.'));
    });
  });
}

function decoded(response: IncomingMessage): Readable {
  switch (response.headers['content-encoding']?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return response.pipe(createGunzip());
    case 'deflate':
      return response.pipe(createInflate());
    case 'br':
      return response.pipe(createBrotliDecompress());
    default:
      return response;
  }
}
