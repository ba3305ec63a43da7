/** A child process ended in the middle of its work; the image may be to blame, or the machine. */
export class ImageWorkerCrash extends Error {
  constructor(how: string) {
    super(`The process that worked on the image ended with ${how}`);
    this.name = 'ImageWorkerCrash';
  }
}
