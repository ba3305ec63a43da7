import { Controller, Get, Param, Put } from '@nestjs/common';
import { RequireScope } from '../api-keys/caller.js';
import { JsonBody } from '../http/json-body.js';
import { LimitStore } from '../ledger/limit-store.js';
import { type TenantLimits, UNLIMITED_TENANT } from '../ledger/limits.js';
import { Described } from '../openapi/described.js';
import { pathTenant, TENANT_LIMITS } from './limits-request.js';
import { Tenants } from './tenants.js';

/** What tenants may at most. */
@Controller('v1/tenants')
@RequireScope('admin')
export class LimitsController {
  constructor(
    private readonly store: LimitStore,
    private readonly tenants: Tenants,
  ) {}

  @Get(':name/limits')
  @Described({ summary: 'Show the limits of a tenant', status: 200, answer: 'TenantLimits', problems: [404, 503] })
  async show(@Param('name') name: string): Promise<TenantLimits> {
    return this.store.ofTenant(pathTenant(name));
  }

  @Put(':name/limits')
  @Described({
    summary: 'Set the limits of a tenant',
    description: 'They are in force everywhere within 5 s. What is left out, or null, is no limit.',
    body: TENANT_LIMITS.schema,
    status: 200,
    answer: 'TenantLimits',
    problems: [400, 404, 413, 415, 422, 503],
  })
  async set(@Param('name') name: string, @JsonBody() body: unknown): Promise<TenantLimits> {
    const tenant = pathTenant(name);
    await this.store.setTenant(tenant, { ...UNLIMITED_TENANT, ...TENANT_LIMITS.read(body) });
    this.tenants.forget(tenant);
    return this.store.ofTenant(tenant);
  }
}
