import { Body, Controller, Inject, Optional, Param, Put, Res, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PlainCallGuard, validBody } from '@mo-ledger/http';
import { ProvisionOrganization } from '@mo-ledger/organizations';
import { AFTER_ORGANIZATION_CHANGE, Answers, type AfterOrganizationChange } from './answers.js';
import { AnswersProvisioning, DescribesBody } from './api-description.js';
import { validName } from './names.js';
import { newOperation } from './operation.js';
import { OrganizationBody } from './organization.body.js';

@ApiTags('Provisioning')
@UseGuards(PlainCallGuard)
@Controller('organizations')
export class OrganizationsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(Answers) private readonly answers: Answers,
    @Optional() @Inject(AFTER_ORGANIZATION_CHANGE) private readonly afterChange?: AfterOrganizationChange,
  ) {}

  @Put(':organization')
  @ApiOperation({ summary: 'Create an organization, or replace its name and the key of its inbound URL' })
  @DescribesBody(OrganizationBody)
  @AnswersProvisioning()
  async provision(
    @Param('organization') organization: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    validName('organization', organization);
    const { name, key } = validBody(OrganizationBody, body);
    const command = new ProvisionOrganization(organization, name, key, newOperation());
    const { created, position } = await this.commands.execute(command);
    await this.afterChange?.(position);
    return this.answers.send(reply, created ? 201 : 200, position, { organization, name, warnings: [] });
  }
}
