import type { Health, HealthAnswer, HealthReport } from '@daybook/platform';
import { Controller, Get, Header, HttpCode, HttpException, Inject } from '@nestjs/common';
import { Registry } from 'prom-client';

/** The token of the process's `Health`. */
export const HEALTH = Symbol('Health');

/** Probes and metrics for orchestrators and monitoring. */
@Controller()
export class ProbesController {
  constructor(
    @Inject(HEALTH) private readonly health: Health,
    private readonly registry: Registry,
  ) {}

  @Get('livez')
  livez(): HealthReport {
    return report(this.health.livez());
  }

  @Get('readyz')
  async readyz(): Promise<HealthReport> {
    return report(await this.health.readyz());
  }

  @Get('startupz')
  startupz(): HealthReport {
    return report(this.health.startupz());
  }

  @Get('metrics')
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  metrics(): Promise<string> {
    return this.registry.metrics();
  }

  /** Browsers request an icon for every page, and report its absence as an error. */
  @Get('favicon.ico')
  @HttpCode(204)
  icon(): void {}
}

function report({ httpStatus, body }: HealthAnswer): HealthReport {
  if (httpStatus === 200) return body;
  throw new HttpException(body, httpStatus);
}
