import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';

/**
 * Lets a handler's error through as it was thrown. It stands on every task controller, where it comes before global
 * filters: Nest's own would turn the error into "Internal server error", and with it the decision whether to try again.
 */
@Catch()
export class OriginalErrors implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
