import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePort, isPortFree } from './free-port';
import { surviveLostConnections } from './plain';

/** From here on Linux gives ports to whoever connects to somebody. */
const FIRST_OF_ANYBODY = 32_768;

it('gives ports that no outgoing connection takes, another one each time', async () => {
  const ports: number[] = [];
  for (let n = 0; n < 20; n++) ports.push(await freePort());
  expect(new Set(ports).size).toBe(20);
  expect(Math.max(...ports)).toBeLessThan(FIRST_OF_ANYBODY);
});

it('gives several in a row, and none that is in use', async () => {
  const first = await freePort(3);
  expect(await Promise.all([0, 1, 2].map((n) => isPortFree(first + n)))).toEqual([
    true,
    true,
    true,
  ]);
  const taken = surviveLostConnections(createServer()).listen(first + 1, '127.0.0.1');
  await once(taken, 'listening');
  // More than all ports of this process, so that the one in use comes up.
  for (let n = 0; n < 60; n++) expect(await freePort()).not.toBe(first + 1);
  taken.close();
});
