import { PostgresEventStore } from '@daybook/event-store';
import { Controller, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import 'reflect-metadata';
import { answerWith, endWith, readRequest } from '../support/processes';
import { anAppend } from '../support/sample-events';

/** A Nest web server that only appends one event per request. */
async function main(): Promise<void> {
  const { databaseUrl } = await readRequest<{ readonly databaseUrl: string }>();
  const store = new PostgresEventStore(databaseUrl);

  @Controller()
  class BareController {
    @Post('*')
    @HttpCode(201)
    async append(): Promise<{ position: string }> {
      const { position } = await store.append(anAppend());
      return { position: String(position) };
    }
  }

  @Module({ controllers: [BareController] })
  class BareModule {}

  const app = await NestFactory.create<NestFastifyApplication>(BareModule, new FastifyAdapter(), {
    logger: false,
  });
  await app.listen(0, '127.0.0.1');
  endWith(async () => {
    await app.close();
    await store.close();
  });
  answerWith(await app.getUrl());
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
