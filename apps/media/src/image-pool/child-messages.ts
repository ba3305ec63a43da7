import { type ImageProblemCode } from './image-problem.js';

/** What the app sends a child: one work at a time. */
export interface Assignment {
  readonly work: string;
  readonly input: unknown;
}

/** What a child answers: any number of `news`, then exactly one of the others. */
export type ChildMessage =
  | { readonly kind: 'news'; readonly news: unknown }
  | { readonly kind: 'done'; readonly result: unknown; readonly residentBytes: number }
  | {
      readonly kind: 'problem';
      readonly code: ImageProblemCode;
      readonly message: string;
      readonly residentBytes: number;
    }
  | { readonly kind: 'failed'; readonly message: string; readonly residentBytes: number }
  | { readonly kind: 'overrun' };
