import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
// @tensorflow/tfjs asks for it, and does not name it among its dependencies.
import 'long';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { load } from 'nsfwjs/core';
import { MobileNetV2Model } from 'nsfwjs/models/mobilenet_v2';
import { MODEL_SIDE, type Scores } from './scores.js';

/** What is used of the model; the package's own types refer to files that TypeScript does not find. */
interface Classifier {
  classify(pixels: tf.Tensor3D): Promise<readonly { readonly className: string; readonly probability: number }[]>;
}

let loading: Promise<Classifier> | undefined;

/**
 * Classifies a picture.
 * @param file sRGB pixels of `MODEL_SIDE` a side, three bytes each, rows from the top
 */
export async function classify(file: string): Promise<Scores> {
  loading ??= loadModel();
  const model = await loading;
  const pixels = tf.tensor3d(new Uint8Array(await readFile(file)), [MODEL_SIDE, MODEL_SIDE, 3], 'int32');
  try {
    const found = await model.classify(pixels);
    const scores = found.map(({ className, probability }) => [className.toLowerCase(), probability]);
    return Object.fromEntries(scores) as Scores;
  } finally {
    pixels.dispose();
  }
}

/** The model and what runs it lie among the packages: nothing is fetched. */
async function loadModel(): Promise<Classifier> {
  const program = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(dirname(program) + sep);
  await tf.setBackend('wasm');
  const definitions = { modelDefinitions: [MobileNetV2Model] } as never;
  return load('MobileNetV2', definitions) as Promise<unknown> as Promise<Classifier>;
}
