import { Body, Controller, HttpCode, Inject, Param, Post, Put, Res, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PlainCallGuard, validBody } from '@mo-ledger/http';
import { Answers } from './answers.js';
import { AnswersOperation, AnswersProvisioning, DescribesBody } from './api-description.js';
import { ChangeProgramState } from './change-program-state.command.js';
import { CodeBody, codeSettings } from './code.body.js';
import { validName } from './names.js';
import { newOperation } from './operation.js';
import { ProgramBody, programSettings } from './program.body.js';
import { ProvisionCode } from './provision-code.command.js';
import { ProvisionProgram } from './provision-program.command.js';

@ApiTags('Provisioning')
@UseGuards(PlainCallGuard)
@Controller('codes')
export class CodesController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(Answers) private readonly answers: Answers,
  ) {}

  @Put(':code')
  @ApiOperation({ summary: 'Create a code, or replace its settings' })
  @DescribesBody(CodeBody)
  @AnswersProvisioning()
  async provisionCode(
    @Param('code') code: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    validName('code', code);
    const settings = codeSettings(validBody(CodeBody, body));
    const command = new ProvisionCode(code, settings, newOperation());
    const { created, position, warnings } = await this.commands.execute(command);
    return this.answers.send(reply, created ? 201 : 200, position, { code, ...settings, warnings });
  }

  @Put(':code/programs/:program')
  @ApiOperation({ summary: 'Create a program on a code, or replace its settings' })
  @DescribesBody(ProgramBody)
  @AnswersProvisioning()
  async provisionProgram(
    @Param('code') code: string,
    @Param('program') program: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    validName('code', code);
    validName('program', program);
    const valid = validBody(ProgramBody, body);
    const wanted = programSettings(program, valid);
    const command = new ProvisionProgram(code, program, wanted, valid.settings, newOperation());
    const { created, position, warnings } = await this.commands.execute(command);
    return this.answers.send(reply, created ? 201 : 200, position, { id: program, code, ...wanted, warnings });
  }

  @Post(':code/programs/:program/pause')
  @HttpCode(200)
  @ApiOperation({ summary: 'Pause a program: what matches it is NOT_ROUTED' })
  @AnswersOperation(200)
  pause(
    @Param('code') code: string,
    @Param('program') program: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#change('pause', code, program, reply);
  }

  @Post(':code/programs/:program/resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let a paused program go on' })
  @AnswersOperation(200)
  resume(
    @Param('code') code: string,
    @Param('program') program: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#change('resume', code, program, reply);
  }

  @Post(':code/programs/:program/retire')
  @HttpCode(200)
  @ApiOperation({ summary: 'Retire a program, for good: its keywords are free, its history stays' })
  @AnswersOperation(200)
  retire(
    @Param('code') code: string,
    @Param('program') program: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#change('retire', code, program, reply);
  }

  async #change(change: ChangeProgramState['change'], code: string, program: string, reply: FastifyReply) {
    validName('code', code);
    validName('program', program);
    const command = new ChangeProgramState(change, code, program, newOperation());
    const { position, paused, retired } = await this.commands.execute(command);
    return this.answers.send(reply, 200, position, { id: program, code, paused, retired });
  }
}
