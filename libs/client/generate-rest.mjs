// Generates the types of the REST client from the OpenAPI document (`npm run generate`). With --check it fails if the
// committed file is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const here = fileURLToPath(new URL('.', import.meta.url));
const DOCUMENT = join(here, '..', 'contracts', 'openapi.json');
const GENERATED = join(here, 'src', 'generated', 'api.ts');
const METHODS = ['get', 'post', 'patch'];

const document = JSON.parse(readFileSync(DOCUMENT, 'utf8'));

/** What the client has types for: requests without their headers, and answers that are no refusal. */
function reduced({ paths, components, ...rest }) {
  const kept = (operation) => ({
    operationId: operation.operationId,
    description: operation.summary,
    parameters: operation.parameters.filter((parameter) => parameter.in !== 'header'),
    requestBody: operation.requestBody,
    responses: Object.fromEntries(
      Object.entries(operation.responses)
        .filter(([status]) => status === '200')
        .map(([status, { headers: _, ...response }]) => [status, response]),
    ),
  });
  const operations = Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .map(([path, item]) => [
      path,
      Object.fromEntries(Object.entries(item).map(([method, each]) => [method, kept(each)])),
    ]);
  return {
    ...rest,
    paths: Object.fromEntries(operations),
    components: { schemas: components.schemas },
  };
}

/** Method and path of each operation. */
function routesOf({ paths }) {
  const lines = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => path.startsWith('/v1/') && item[method] !== undefined).map(
      (method) => `  ${item[method].operationId}: '${method.toUpperCase()} ${path}',`,
    ),
  );
  return `/** Method and path of each operation. */\nexport const ROUTES = {\n${lines.join('\n')}\n} as const;\n`;
}

const types = astToString(
  await openapiTS(reduced(document), { immutable: true, alphabetize: true }),
);
const text = `// Written by generate-rest.mjs from the OpenAPI document.\n\n${types}\n${routesOf(document)}`;
if (!process.argv.includes('--check')) writeFileSync(GENERATED, text);
else if (readFileSync(GENERATED, 'utf8') !== text) {
  console.error('libs/client/src/generated/api.ts is stale; run npm run generate.');
  process.exitCode = 1;
}
