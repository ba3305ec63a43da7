import { type Queries } from './database.js';

/** Knows which files were uploaded, so that those that nothing names can be removed. */
export class UploadStore {
  readonly #database: Queries;

  constructor(database: Queries) {
    this.#database = database;
  }

  /**
   * Notes an upload before its content comes: a file that nobody knew of would stay for ever.
   * @param key `<tenant>/<uuid>`
   */
  async note(key: string): Promise<void> {
    await this.#database.query(
      `INSERT INTO uploads (tenant, id) VALUES (split_part($1, '/', 1), split_part($1, '/', 2)::uuid)`,
      [key],
    );
  }
}
