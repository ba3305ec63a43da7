import { Injectable, type OnModuleInit, RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { PUBLIC_ROUTE } from '#libs/observability';
import { REQUIRED_SCOPE } from './caller.js';

/** Nest's metadata of a route's method. */
const METHOD = 'method';

/** Proves before the gateway listens that every route says who may call it: a forgotten decorator opens nothing. */
@Injectable()
export class RouteProof implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const open = this.discovery.getControllers().flatMap(({ metatype, instance }) => {
      if (typeof metatype !== 'function') return [];
      const controller = instance as Record<string, unknown>;
      return this.scanner
        .getAllMethodNames(Object.getPrototypeOf(controller) as object)
        .filter((name) => this.#isUndeclared(controller[name], metatype))
        .map((name) => `${metatype.name}.${name}`);
    });
    if (open.length > 0) {
      throw new Error(`Routes without @RequireScope() or @Public(): ${open.join(', ')}. Say who may call them.`);
    }
  }

  #isUndeclared(handler: unknown, controller: object): boolean {
    if (typeof handler !== 'function') return false;
    const method: unknown = Reflect.getMetadata(METHOD, handler);
    if (typeof method !== 'number' || !(method in RequestMethod)) return false;
    const targets = [handler, controller] as Parameters<Reflector['getAllAndOverride']>[1];
    return [REQUIRED_SCOPE, PUBLIC_ROUTE].every((key) => this.reflector.getAllAndOverride(key, targets) === undefined);
  }
}
