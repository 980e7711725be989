import { createMetrics } from './metrics';
import { type MetricsServer, serveMetrics } from './metrics-server';

let server: MetricsServer;

beforeAll(async () => {
  const { registry } = createMetrics('test');
  server = await serveMetrics({ registry, host: '127.0.0.1', port: 0, connectionsMax: 10 });
});
afterAll(() => server.close());

const call = (method: string, path: string) =>
  fetch(`http://127.0.0.1:${server.port}${path}`, { method });

it.each(['/metrics', '/metrics?x=1'])('serves %s without a key', async (path) => {
  const answer = await call('GET', path);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  expect(await answer.text()).toContain('daybook_log_lines_dropped_total{app="test"} 0');
  const head = await call('HEAD', path);
  expect([head.status, await head.text()]).toEqual([200, '']);
});

it.each([
  ['GET', '/', 404],
  ['GET', '/livez', 404],
  ['GET', '/metricsx', 404],
  ['GET', '//metrics', 404],
  ['POST', '/metrics', 405],
  ['GET', '/favicon.ico', 204],
])('answers %s %s with %i and nothing else', async (method, path, status) => {
  const answer = await call(method, path);
  expect([answer.status, await answer.text()]).toEqual([status, '']);
});
