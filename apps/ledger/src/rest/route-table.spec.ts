import { RouteTable } from './route-table';

describe('RouteTable', () => {
  const table = new RouteTable();
  table.add('/v1/customers', 'GET');
  table.add('/v1/customers', ['POST']);
  table.add('/v1/customers/:id', ['GET', 'PATCH']);
  table.add('/v1/customers/:id/block', 'POST');
  table.add('/openapi.json', 'GET');
  table.add('/docs/*', 'GET');

  it.each([
    ['/v1/customers', ['GET', 'POST']],
    ['/v1/customers/42', ['GET', 'PATCH']],
    ['/v1/customers/42/block', ['POST']],
    ['/docs/a/b.css', ['GET']],
    ['/openapi.json', ['GET']],
    ['/openapi-json', []],
    ['/v1/customers/', []],
    ['/v1/customers/42/', []],
    ['/v1', []],
    ['/', []],
  ])('finds the methods of %s', (path, methods) => {
    expect(table.methodsAt(path)).toEqual(methods);
  });

  it('lists each path once', () => {
    expect([...table.routes.keys()]).toEqual([
      '/v1/customers',
      '/v1/customers/:id',
      '/v1/customers/:id/block',
      '/openapi.json',
      '/docs/*',
    ]);
  });
});
