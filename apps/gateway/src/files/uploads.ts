import { type UploadTarget } from './upload.js';

/** Where uploads go. */
export class Uploads {
  constructor(private readonly target: Omit<UploadTarget, 'tenant'>) {}

  /** Where those of a tenant go. */
  into(tenant: string): UploadTarget {
    return { ...this.target, tenant };
  }
}
