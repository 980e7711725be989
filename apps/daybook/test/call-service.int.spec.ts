import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { surviveLostConnections } from '@daybook/platform/plain';
import { type Certificate, certificateFolder } from '../../../test/certificates';
import { describeWith } from '../../../test/needs';
import { callService } from '../src/cli/call-service';

describeWith('openssl', 'a call to the service over TLS', () => {
  const folder = certificateFolder();
  const servers: Server[] = [];
  /** Its name is not the one by which it is called here. */
  const own = folder.selfSigned('own', 'DNS:daybook.example');

  /** A service that answers with what it was asked, and what it was asked. */
  async function serve({ cert, key }: Certificate) {
    const asked: string[] = [];
    const server = surviveLostConnections(
      createServer({ cert, key }, (request, response) => {
        let body = '';
        request.on('data', (chunk) => {
          body += chunk;
        });
        request.on('end', () => {
          const { authorization, host } = request.headers;
          asked.push(`${request.method} ${request.url} ${authorization} ${body}`);
          response.writeHead(201, { 'x-host': host }).end(JSON.stringify({ body }));
        });
      }),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }

  afterAll(() => {
    for (const server of servers) server.close();
    folder.remove();
  });

  const call = { method: 'POST', headers: { authorization: 'Bearer secret' }, body: '{}' };

  it('trusts the certificate of the service itself, whatever its names are', async () => {
    const { url, asked } = await serve(own);
    const answer = await callService(`${url}/v1/x?y=1`, { ...call, certificate: own.certFile });
    expect([answer.status, answer.ok, await answer.json()]).toEqual([201, true, { body: '{}' }]);
    expect(answer.headers.get('x-host')).toBe(new URL(url).host);
    expect(asked).toEqual(['POST /v1/x?y=1 Bearer secret {}']);
  });

  it('sends no key to whom it does not trust', async () => {
    const { url, asked } = await serve(folder.selfSigned('other'));
    await expect(callService(url, { ...call, certificate: own.certFile })).rejects.toThrow(
      `its certificate is not the one of ${own.certFile}, and is not trusted`,
    );
    await expect(callService(url, call)).rejects.toThrow();
    expect(asked).toEqual([]);
  });

  it('ends when it is told to', async () => {
    const { url } = await serve(own);
    const signal = AbortSignal.abort();
    await expect(callService(url, { signal, certificate: own.certFile })).rejects.toThrow(/abort/i);
  });
});
