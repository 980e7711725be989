import { PostgresEventStore } from '@daybook/event-store';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { answerWith, endWith, readRequest } from '../support/processes';
import { anAppend } from '../support/sample-events';

/** A web server that does nothing but make one event durable for each request. */
async function main(): Promise<void> {
  const { databaseUrl } = await readRequest<{ readonly databaseUrl: string }>();
  const store = new PostgresEventStore(databaseUrl);
  const server = new FastifyAdapter().getInstance();
  server.post('/*', async (_request, reply) => {
    const { position } = await store.append(anAppend());
    reply.code(201);
    return { position: String(position) };
  });
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  endWith(async () => {
    await server.close();
    await store.close();
  });
  answerWith(url);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
