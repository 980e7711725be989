import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { surviveLostConnections } from '@daybook/platform/plain';

/**
 * Serves HTTP on 127.0.0.1 as the node of a test. Where `answer` fails (the node behind it has
 * ended, the asker is gone), it answers as a gateway does: a rejection that nobody awaits would
 * fail whichever test runs by then.
 */
export async function serve(
  answer: (body: string, response: ServerResponse, request: IncomingMessage) => Promise<unknown>,
) {
  const server = surviveLostConnections(
    createServer((request, response) => {
      text(request)
        .then((body) => answer(body, response, request))
        .catch((error) => {
          if (response.headersSent) response.destroy();
          else response.writeHead(502).end(String(error));
        });
    }),
  );
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
