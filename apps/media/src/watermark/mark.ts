import { type OverlayOptions } from 'sharp';
import { type Size } from '../image-pool/image-size.js';
import { type Position } from './watermark-request.js';

/** What is laid over a variant: four bytes a pixel, colours not multiplied by alpha. */
export interface Mark extends Size {
  readonly rgba: Buffer;
}

/** The share of a variant's shorter side that stays free between the mark and the edge. */
const MARGIN = 0.03;

/** Lays a mark over a variant of this size. */
export function overlay(mark: Mark, canvas: Size, position: Position): OverlayOptions {
  const { rgba, width, height } = mark;
  return { input: rgba, raw: { width, height, channels: 4 }, ...placeOf(mark, canvas, position) };
}

/** The same mark with its alpha multiplied by the opacity. */
export function faded(mark: Mark, opacity: number): Mark {
  const rgba = Buffer.from(mark.rgba);
  for (let at = 3; at < rgba.length; at += 4) rgba[at] = Math.round((rgba[at] ?? 0) * opacity);
  return { ...mark, rgba };
}

function placeOf(mark: Size, canvas: Size, position: Position): { left: number; top: number } {
  const margin = Math.round(Math.min(canvas.width, canvas.height) * MARGIN);
  const left = along(canvas.width - mark.width, margin, sideOf(position, 'west', 'east'));
  const top = along(canvas.height - mark.height, margin, sideOf(position, 'north', 'south'));
  return { left, top };
}

type Side = 'start' | 'middle' | 'end';

function sideOf(position: Position, start: string, end: string): Side {
  if (position.includes(start)) return 'start';
  return position.includes(end) ? 'end' : 'middle';
}

function along(free: number, margin: number, side: Side): number {
  if (side === 'middle') return Math.round(free / 2);
  return Math.max(0, side === 'start' ? Math.min(margin, free) : free - margin);
}
