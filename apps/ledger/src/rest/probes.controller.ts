import type { Health, HealthAnswer } from '@daybook/platform';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { Problem } from '../edge/problem';

/** The token of the process's `Health`. */
export const HEALTH = Symbol('Health');

type HealthReport = HealthAnswer['body'];

const REPORT = { schema: { $ref: '#/components/schemas/HealthReport' } };

/** Probes and metrics. The probes need no key; the metrics do. */
@ApiTags('Operation')
@Controller()
export class ProbesController {
  constructor(
    @Inject(HEALTH) private readonly health: Health,
    private readonly registry: Registry,
  ) {}

  @Get('livez')
  @ApiOperation({ summary: 'Check whether the process is alive', security: [] })
  @ApiOkResponse({ ...REPORT, description: 'It is.' })
  livez(): HealthReport {
    return report(this.health.livez());
  }

  @Get('readyz')
  @ApiOperation({ summary: 'Check whether requests can be answered now', security: [] })
  @ApiOkResponse({ ...REPORT, description: 'They can.' })
  async readyz(): Promise<HealthReport> {
    return report(await this.health.readyz());
  }

  @Get('startupz')
  @ApiOperation({ summary: 'Check whether the start is complete', security: [] })
  @ApiOkResponse({ ...REPORT, description: 'It is.' })
  startupz(): HealthReport {
    return report(this.health.startupz());
  }

  @Get('metrics')
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  @ApiOperation({ summary: 'Get metrics for Prometheus' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' }, description: 'Prometheus text format 0.0.4.' })
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}

function report({ httpStatus, body }: HealthAnswer): HealthReport {
  if (httpStatus === 200) return body;
  const { checks } = body;
  throw new Problem('not-ready', 'Send requests elsewhere for now.', { extensions: { checks } });
}
