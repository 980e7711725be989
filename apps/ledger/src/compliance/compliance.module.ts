import { Module } from '@nestjs/common';
import { ComplianceController } from './compliance.controller';
import { ScreenReplenishments } from './screen-replenishments.reaction';

/** Decides whether final money may be credited: by a list, by a service, or by people. */
@Module({ controllers: [ComplianceController], providers: [ScreenReplenishments] })
export class ComplianceModule {}
