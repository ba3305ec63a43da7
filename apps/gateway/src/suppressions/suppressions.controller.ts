import { Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { LONGEST_MAILBOX, MAILBOX_PATTERN } from '#libs/contracts';
import { type Suppression, Suppressions } from '#libs/suppressions';
import { type Caller, CurrentCaller, RequireScope } from '../api-keys/caller.js';
import { missing } from '../http/problem.js';
import { Described } from '../openapi/described.js';

const MAILBOX = new RegExp(`^${MAILBOX_PATTERN}$`);

/** Addresses that get no campaign mail of the caller's tenant. */
@Controller('v1/suppressions')
export class SuppressionsController {
  constructor(private readonly suppressions: Suppressions) {}

  @Get(':address')
  @Described({
    summary: 'Say why an address gets no campaign mail',
    status: 200,
    answer: 'Suppression',
    problems: [404],
  })
  @RequireScope('jobs:read')
  async show(@Param('address') address: string, @CurrentCaller() { tenant }: Caller): Promise<Suppression> {
    const suppression = await this.suppressions.find(tenant, mailbox(address));
    if (suppression === undefined) throw missing('suppression', address);
    return suppression;
  }

  @Put(':address')
  @Described({ summary: 'Send an address no more campaign mail', status: 200, answer: 'Suppression', problems: [404] })
  @RequireScope('jobs:write')
  add(@Param('address') address: string, @CurrentCaller() { tenant }: Caller): Promise<Suppression> {
    return this.suppressions.add(tenant, mailbox(address), 'by-hand');
  }

  @Delete(':address')
  @Described({ summary: 'Let an address have campaign mail again', status: 204, problems: [404] })
  @HttpCode(204)
  @RequireScope('jobs:write')
  async remove(@Param('address') address: string, @CurrentCaller() { tenant }: Caller): Promise<void> {
    if (!(await this.suppressions.remove(tenant, mailbox(address)))) throw missing('suppression', address);
  }
}

function mailbox(text: string): string {
  if (text.length > LONGEST_MAILBOX || !MAILBOX.test(text)) throw missing('mailbox', text);
  return text;
}
