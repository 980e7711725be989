import { serve } from './serve';

it('answers as a gateway does where its answer fails', async () => {
  const server = await serve(async (body) => {
    throw new Error(`no node for ${body}`);
  });
  const answer = await fetch(server.url, { method: 'POST', body: 'the question' });
  expect(answer.status).toBe(502);
  expect(await answer.text()).toBe('Error: no node for the question');
  await server.stop();
});

it('breaks the connection where its answer had begun', async () => {
  const server = await serve(async (_, response) => {
    response.writeHead(200).write('begun');
    throw new Error('ended');
  });
  const answer = fetch(server.url, { method: 'POST', body: '' }).then((begun) => begun.text());
  await expect(answer).rejects.toThrow(/fetch failed|terminated/);
  await server.stop();
});
