import { Controller, Get, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import { Public } from '#libs/observability';
import { RequireScope } from './caller.js';
import { RouteProof } from './route-proof.js';

@Controller('whole')
@RequireScope('admin')
class WholeController {
  @Get()
  list(): string {
    return 'list';
  }
}

@Controller('mixed')
class MixedController {
  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }

  @Get('closed')
  @RequireScope('jobs:read')
  closed(): string {
    return this.help();
  }

  help(): string {
    return 'no route';
  }
}

@Controller('forgetful')
class ForgetfulController {
  @Get()
  forgotten(): string {
    return 'forgotten';
  }
}

async function start(...controllers: Type[]): Promise<void> {
  const module = await Test.createTestingModule({
    imports: [DiscoveryModule],
    controllers,
    providers: [RouteProof],
  }).compile();
  await module.init();
  await module.close();
}

describe('the proof of the routes', () => {
  it('lets an app start whose routes all say who may call them', async () => {
    await expect(start(WholeController, MixedController)).resolves.toBeUndefined();
  });

  it('stops one with a route that does not, naming it', async () => {
    await expect(start(WholeController, ForgetfulController)).rejects.toThrow('ForgetfulController.forgotten');
  });
});
