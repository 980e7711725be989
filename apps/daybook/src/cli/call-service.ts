import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { surviveErrors } from '@daybook/platform/plain';

interface ServiceCall {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /**
   * The file of the service's own certificate (DAYBOOK_HTTP_TLS_CERT). It is trusted as well as those that `fetch` trusts:
   * on its own machine a service is not called by the name in it, and the authority that signed it may not be known.
   */
  readonly certificate?: string | undefined;
}

/** Calls the ledger or the chain-watcher, as `fetch` does. */
export async function callService(
  url: string,
  { certificate, ...call }: ServiceCall,
): Promise<Response> {
  if (certificate === undefined || !url.startsWith('https:'))
    return fetch(url, call as RequestInit);
  const { hostname, port, pathname, search } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(port || 443), rejectUnauthorized: false });
  // What happens to it later, the request reports.
  socket.on('error', () => undefined);
  try {
    const { method = 'GET', headers, body, signal } = call;
    await once(socket, 'secureConnect', { ...(signal && { signal }) });
    requireTrust(socket, certificate);
    const path = `${pathname}${search}`;
    const sent = surviveErrors(
      request({
        ...{ createConnection: () => socket, host, method, path },
        headers: { host: new URL(url).host, ...headers },
        ...(signal && { signal }),
      }),
    );
    sent.end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const content = await buffer(answer);
    return new Response(content.length > 0 ? new Uint8Array(content) : null, {
      status: answer.statusCode ?? 500,
      headers: Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
        values.map((value): [string, string] => [name, value]),
      ),
    });
  } finally {
    socket.destroy();
  }
}

/** Before anything is sent, such as a key. */
function requireTrust(socket: TLSSocket, certificate: string): void {
  const own = new X509Certificate(readFileSync(certificate));
  if (socket.getPeerX509Certificate()?.fingerprint256 === own.fingerprint256) return;
  if (socket.authorized) return;
  const reason = socket.authorizationError?.message ?? String(socket.authorizationError);
  throw new Error(
    `its certificate is not the one of ${certificate}, and is not trusted: ${reason}`,
  );
}
