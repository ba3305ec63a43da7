/** What can be wrong with an image, or with what is asked of it. Trying again would not help. */
export type ImageProblemCode = 'unsupported_image' | 'corrupt_image' | 'image_too_large' | 'unusable_watermark';

/** The image, or what is asked of it, is at fault. */
export class ImageProblem extends Error {
  constructor(
    readonly code: ImageProblemCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ImageProblem';
  }
}
