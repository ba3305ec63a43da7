/** A template that cannot be used as it was written; the message names its file and what to change. */
export class TemplateError extends Error {
  /**
   * @param place the template or file, below its folder
   * @param problem what is wrong with it, as the rest of the sentence
   */
  constructor(place: string, problem: string, options?: ErrorOptions) {
    super(`${place} ${problem}`, options);
    this.name = 'TemplateError';
  }
}
