import type { Health, HealthAnswer } from '@daybook/platform';
import { Controller, Get, Header, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { Problem } from '../edge/problem';

const NO_KEY = 'Needs no key, and counts against no quota.';

/** The token of the process's `Health`. */
export const HEALTH = Symbol('Health');

type HealthReport = HealthAnswer['body'];

const REPORT = { schema: { $ref: '#/components/schemas/HealthReport' } };

const FOR = {
  name: 'for',
  schema: { type: 'string', enum: ['reads', 'commands', 'chains'] },
  description:
    'Answers about this alone: 503 if reads, commands or the watching of chains would fail. Without it the answer is 503 only if neither reads nor commands work.',
} as const;

/** Probes and metrics. The probes need no key; the metrics need one of an operator. */
@ApiTags('Operation')
@Controller()
export class ProbesController {
  constructor(
    @Inject(HEALTH) private readonly health: Health,
    private readonly registry: Registry,
  ) {}

  @Get('livez')
  @ApiOperation({
    summary: 'Check whether the process is alive',
    description: NO_KEY,
    security: [],
  })
  @ApiOkResponse({ ...REPORT, description: 'It is.' })
  livez(): HealthReport {
    return report(this.health.livez());
  }

  @Get('readyz')
  @ApiOperation({
    summary: 'Check whether requests can be answered now',
    description: NO_KEY,
    security: [],
  })
  @ApiOkResponse({ ...REPORT, description: 'They can.' })
  @ApiQuery({ ...FOR, required: false })
  async readyz(@Query('for') purpose?: unknown): Promise<HealthReport> {
    const { purposes } = this.health;
    if (purpose !== undefined && !purposes.includes(String(purpose))) {
      const detail = `must be one of ${purposes.join(', ')}.`;
      const errors = [{ in: 'query' as const, pointer: 'for', code: 'unknown-purpose', detail }];
      throw new Problem('validation-failed', `for ${detail}`, { errors });
    }
    return report(await this.health.readyz(purpose as string | undefined));
  }

  @Get('startupz')
  @ApiOperation({
    summary: 'Check whether the start is complete',
    description: NO_KEY,
    security: [],
  })
  @ApiOkResponse({ ...REPORT, description: 'It is.' })
  startupz(): HealthReport {
    return report(this.health.startupz());
  }

  @Get('metrics')
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  @ApiOperation({
    summary: 'Get metrics for Prometheus',
    description: 'Needs a key of an operator with `operations:read`.',
  })
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' }, description: 'Prometheus text format 0.0.4.' })
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}

function report({ httpStatus, body }: HealthAnswer): HealthReport {
  if (httpStatus === 200) return body;
  const { checks, purposes } = body;
  const extensions = { checks, ...(purposes && { purposes }) };
  throw new Problem('not-ready', 'Send requests elsewhere for now.', { extensions });
}
