import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { FindApiKey } from '../src/accounts/find-api-key';
import { UNARY_METHODS } from '../src/grpc/methods';
import { ApiDocument } from './api-document';
import { CHAINS_FILE, fill, type Known } from './grpc-known';
import { createGrpcLedger, type GrpcLedger } from './grpc-ledger';
import { type Reflected, type ReflectedMethod, reflect } from './grpc-reflected';
import { differences, saidBy, snake, type Twin, twinsOf, unsaidBy } from './grpc-twins';

// The table of `grpc-twins.ts` is what holds the edges together: a route or a method that is not in it
// fails here, and what is in it is asked over both edges of one running ledger.

/** One purse a family is all that a customer can have here. */
const NEVER_SAID = ['ListCustomerPursesResponse/next_cursor'];

let ledger: GrpcLedger;
let api: Reflected;
let known: Known;
let document: ApiDocument;

beforeAll(async () => {
  ledger = await createGrpcLedger({ chains: CHAINS_FILE });
  api = await reflect(ledger.address, ledger.apiKey);
  known = await fill(ledger);
  document = new ApiDocument((await ledger.request('GET', '/openapi.json')).body);
});
afterAll(async () => {
  api?.close();
  await ledger?.close();
});

function methodOf(service: string, name: string): ReflectedMethod {
  const method = api.methodsOf(service).find((described) => described.name === name);
  if (method === undefined) throw new Error(`The server has no ${service}/${name}.`);
  return method;
}

function overRest({ rest, body }: Pick<Twin, 'rest' | 'body'>) {
  const [method = '', path = ''] = rest.split(' ');
  return ledger.request(method, path, body === undefined ? {} : { body });
}

/** The path of a request of the table, as the document of REST has it. */
function operationOf({ rest }: Twin): string {
  return rest.replace(/\?.*/, '').replace(/\/[0-9a-f-]{36}/, '/{id}');
}

describe('the table of twins', () => {
  const unary = Object.entries(UNARY_METHODS).flatMap(([service, methods]) =>
    methods.map(({ name, twin }) => ({ service, name, twin: twin.replace(':id', '{id}') })),
  );

  // That the document has every route that is served is held by `openapi.e2e.spec.ts`.
  it('has every operation of REST', () => {
    const documented = document.operations
      .filter(({ path }) => path.startsWith('/v1/'))
      .map(({ method, path }) => `${method} ${path}`)
      .sort();
    expect(unary.map(({ twin }) => twin).sort()).toEqual(documented);
    expect(new Set(twinsOf(known).map(operationOf))).toEqual(new Set(documented));
  });

  it('has every method of the contract that answers once', () => {
    const described = api.services
      .filter((service) => service.startsWith('daybook.v1.'))
      .flatMap((service) =>
        api
          .methodsOf(service)
          .filter(({ isStream }) => !isStream)
          .map(({ name }) => `${service}/${name}`),
      );
    expect(unary.map(({ service, name }) => `${service}/${name}`).sort()).toEqual(described.sort());
  });

  it('pairs requests that have the same fields', () => {
    for (const { service, name, twin } of unary) {
      const [method, path] = twin.split(' ');
      const operation = document.operations.find((o) => o.method === method && o.path === path);
      const schema = operation?.requestBody?.content?.['application/json']?.schema;
      const resolved = document.resolve(schema?.allOf?.[0] ?? schema ?? {});
      const wanted = [
        ...(operation?.parameters ?? []).filter((p) => p.in === 'query').map((p) => p.name),
        ...Object.keys(resolved.properties ?? {}),
      ].map(snake);
      const { request } = methodOf(service, name);
      expect(request.fields.map((field) => field.name)).toEqual(expect.arrayContaining(wanted));
    }
  });
});

describe('both edges', () => {
  it('put the same on the buses, and answer the same', async () => {
    const seen: string[] = [];
    const said = new Set<string>();
    const note = (message: object) => {
      if (!(message instanceof FindApiKey)) seen.push(message.constructor.name);
    };
    const subscriptions = [CommandBus, QueryBus].map((bus) => ledger.app.get(bus).subscribe(note));
    try {
      for (const twin of twinsOf(known)) {
        seen.length = 0;
        const reply = await overRest(twin);
        const byRest = seen.splice(0);
        const { answer, error } = await api.call(twin.service, twin.method, twin.request);
        expect(error).toBeNull();
        expect(reply.status).toBe(200);
        expect({
          of: twin.method,
          difference: differences(twin.shape(reply.body), answer),
        }).toEqual({ of: twin.method, difference: [] });
        // The commands of the table leave things as they are, so the second answer is the first.
        expect({ of: twin.method, seen }).toEqual({ of: twin.method, seen: byRest });
        saidBy(answer, methodOf(twin.service, twin.method).response, said);
      }
      const responses = twinsOf(known).map((t) => methodOf(t.service, t.method).response);
      // A field that is always empty would be equal without being compared.
      expect(unsaidBy(responses, said)).toEqual(NEVER_SAID);
    } finally {
      for (const subscription of subscriptions) subscription.unsubscribe();
    }
  });
});
