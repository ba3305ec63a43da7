// What Nest on Fastify does with the request of a job: its pipe checks the body by class-validator, and it answers with an id.
import 'reflect-metadata';
import { Body, Controller, HttpCode, Module, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { IsInt, IsObject, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

class JobBody {
  @IsString()
  @MaxLength(100)
  task!: string;

  @IsObject()
  payload!: object;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(9)
  priority?: number;
}

@Controller('v1/jobs')
class JobsController {
  @Post()
  @HttpCode(202)
  enqueue(@Body() { task }: JobBody): { id: string; task: string; status: string } {
    return { id: crypto.randomUUID(), task, status: 'queued' };
  }
}

@Module({ controllers: [JobsController] })
class BareModule {}

const app = await NestFactory.create(BareModule, new FastifyAdapter(), { logger: false });
app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
await app.listen(0, '127.0.0.1');
process.on('disconnect', () => process.exit(0));
process.send?.({ url: await app.getUrl() });
