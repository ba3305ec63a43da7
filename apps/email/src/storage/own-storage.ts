import { type OnApplicationShutdown } from '@nestjs/common';
import { openStorage, type Storage } from '#libs/storage';

/** The file storage, for what the app knows beyond a job: whom it sends no mail. Jobs have their tenant's files by themselves. */
export class OwnStorage implements OnApplicationShutdown {
  private constructor(readonly storage: Storage) {}

  static async open(url: string): Promise<OwnStorage> {
    return new OwnStorage(await openStorage(url));
  }

  onApplicationShutdown(): Promise<void> {
    return this.storage.close();
  }
}
