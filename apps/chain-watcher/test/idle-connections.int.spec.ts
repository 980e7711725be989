import { createHealth, createMetrics, serveMetrics } from '@daybook/platform';
import { Module } from '@nestjs/common';
import { certificateFolder } from '../../../test/certificates';
import { CONNECTIONS_MAX, endsIdleConnections, LIMITS } from '../../../test/idle-connections';
import { describeWith } from '../../../test/needs';
import { createProbesApp } from '../src/http';
import { HEALTH, ProbesController } from '../src/monitoring/probes.controller';

describeWith('openssl', 'the ports of the watcher', () => {
  @Module({})
  class Watcher {}

  const folder = certificateFolder();
  const closing: (() => Promise<unknown>)[] = [];
  const ports = new Map<string, number>();

  beforeAll(async () => {
    const { cert, key } = folder.selfSigned('own');
    const health = createHealth({ required: {} });
    health.started();
    const watcher = {
      ...{ module: Watcher, controllers: [ProbesController] },
      providers: [{ provide: HEALTH, useValue: health }],
    };
    const limits = { limits: LIMITS, connectionsMax: CONNECTIONS_MAX };
    const { registry } = createMetrics('chain-watcher');
    for (const [suffix, tls] of [['', null] as const, [' with TLS', { cert, key }] as const]) {
      const app = await createProbesApp(watcher, { tls, ...limits });
      await app.listen(0, '127.0.0.1');
      const metrics = await serveMetrics({ registry, tls, ...limits, host: '127.0.0.1', port: 0 });
      ports.set(`probes${suffix}`, Number(new URL(await app.getUrl()).port));
      ports.set(`metrics${suffix}`, metrics.port);
      closing.push(() => app.close(), metrics.close);
    }
  });
  afterAll(async () => {
    for (const close of closing) await close();
    folder.remove();
  });

  endsIdleConnections(['probes', 'probes with TLS', 'metrics', 'metrics with TLS'], (name) => ({
    ...{ name, port: ports.get(name) ?? 0, isSecure: name.endsWith('TLS') },
    path: name.startsWith('probes') ? '/livez' : '/metrics',
  }));
});
