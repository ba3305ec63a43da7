import { Turns } from '#libs/consumer';
import { TRANSCODED_AT_ONCE } from './transcoding.js';

/** What is the same for every job of the app. */
export class VideoSettings {
  /**
   * @param usualText what `watermark: true` writes
   * @param turns in which videos are transcoded
   */
  constructor(
    readonly usualText: string,
    readonly turns = new Turns(TRANSCODED_AT_ONCE),
  ) {}
}
