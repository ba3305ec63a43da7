import { type CustomDecorator, SetMetadata } from '@nestjs/common';

/** The metadata key by which a guard knows that a route needs no API key. */
export const PUBLIC_ROUTE = 'leveret:public';

/** Marks a controller or a route as open to callers without an API key; the gateway's guard honours it. */
export function Public(): CustomDecorator {
  return SetMetadata(PUBLIC_ROUTE, true);
}
