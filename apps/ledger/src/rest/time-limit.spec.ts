import { setTimeout as sleep } from 'node:timers/promises';
import fastify, { type FastifyInstance } from 'fastify';
import { limitTime } from './time-limit';

const LIMIT_MS = 40;

let server: FastifyInstance;
let finished: Promise<unknown>;

beforeEach(() => {
  server = fastify();
  limitTime(server, LIMIT_MS);
  server.setErrorHandler((error: Error & { code?: string; status?: number }, _request, reply) =>
    reply.status(error.status ?? 500).send({ code: error.code }),
  );
  server.get('/quick', async () => ({ fine: true }));
  server.get('/slow', () => {
    finished = sleep(LIMIT_MS * 4).then(() => ({ late: true }));
    return finished;
  });
  server.get('/never', () => new Promise(() => undefined));
});
afterEach(() => server.close());

it('does not change quick answers', async () => {
  expect((await server.inject('/quick')).json()).toEqual({ fine: true });
});

it.each(['/slow', '/never'])('answers %s with 503 in place of its handler', async (url) => {
  const reply = await server.inject(url);
  expect([reply.statusCode, reply.json()]).toEqual([503, { code: 'timeout' }]);
});

it('ignores a handler that ends after its request was answered', async () => {
  expect((await server.inject('/slow')).statusCode).toBe(503);
  await finished;
  expect((await server.inject('/quick')).statusCode).toBe(200);
});
