import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { surviveErrors, surviveLostConnections } from '@daybook/platform/plain';
import { freePort } from '../../../../test/dependencies';
import { answersAtAll, startService } from './service';

const ANSWER_MS = 300;

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const livez = (port: number) => `http://127.0.0.1:${port}/livez`;

describe('whether a service lives', () => {
  it('is answered while others hold all connections that it allows', async () => {
    const server = surviveLostConnections(createHttpServer((_, response) => response.end()));
    const port = await listening(server);
    expect(await answersAtAll(livez(port))).toBe(true);
    server.closeAllConnections();
    server.maxConnections = 1;
    const holder = surviveErrors(connect(port, '127.0.0.1'));
    await once(holder, 'connect');
    const refused = fetch(livez(port));
    await expect(refused).rejects.toThrow('fetch failed');
    expect(await answersAtAll(livez(port))).toBe(true);
    holder.destroy();
    server.close();
  });

  it('is not answered by silence, nor where nobody listens', async () => {
    const silent = surviveLostConnections(createServer(() => undefined));
    const port = await listening(silent);
    expect(await answersAtAll(livez(port), undefined, ANSWER_MS)).toBe(false);
    silent.close();
    expect(await answersAtAll(livez(await freePort()))).toBe(false);
  });
});

const onLinux = process.platform === 'linux' ? it : it.skip;
onLinux('a service that is stopped while it starts is ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-service-'));
  const module = join(folder, 'main.js');
  writeFileSync(module, 'setInterval(() => undefined, 1000);');
  const program = {
    ...{ name: 'It', module, environment: {}, logFile: join(folder, 'it.log') },
    ...{ probe: 'readyz' as const, certificate: undefined },
  };
  const url = `http://127.0.0.1:${await freePort()}`;
  const started = startService(program, url, (pid) => process.kill(pid, 'SIGSTOP'));
  await expect(started).rejects.toThrow('It ended before it was ready.');
  rmSync(folder, { recursive: true });
});
