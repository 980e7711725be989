import type { Health, HealthAnswer, HealthReport } from '@daybook/platform';
import { Controller, Get, HttpCode, HttpException, Inject } from '@nestjs/common';

/** The token of the process's `Health`. */
export const HEALTH = Symbol('Health');

/** Probes for orchestrators. They need no key, so the metrics have an address of their own. */
@Controller()
export class ProbesController {
  constructor(@Inject(HEALTH) private readonly health: Health) {}

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

  /** Browsers request an icon for every page, and report its absence as an error. */
  @Get('favicon.ico')
  @HttpCode(204)
  icon(): void {}
}

function report({ httpStatus, body }: HealthAnswer): HealthReport {
  if (httpStatus === 200) return body;
  throw new HttpException(body, httpStatus);
}
