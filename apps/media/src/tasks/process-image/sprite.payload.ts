import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { Describe, FieldSchema } from '#libs/consumer';

const SPRITE_FITS = ['cover', 'contain'] as const;
const SPRITE_FORMATS = ['jpeg', 'png', 'webp', 'avif'] as const;
const MAX_CELL = 1_024;

/** One picture of all sources, side by side in cells of one size. */
export class SpritePayload {
  @Describe('Pixels of a cell')
  @IsInt()
  @Min(1)
  @Max(MAX_CELL)
  width!: number;

  @Describe('Pixels of a cell')
  @IsInt()
  @Min(1)
  @Max(MAX_CELL)
  height!: number;

  @Describe('Cells in a row; as many as make the sprite about square when not given')
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  columns?: number;

  @Describe('"cover" fills the cell and cuts the edges off, "contain" pads around the picture')
  @FieldSchema({ default: 'cover' })
  @IsOptional()
  @IsIn(SPRITE_FITS)
  fit?: (typeof SPRITE_FITS)[number];

  @FieldSchema({ default: 'webp' })
  @IsOptional()
  @IsIn(SPRITE_FORMATS)
  format?: (typeof SPRITE_FORMATS)[number];

  @Describe('80 when not given, for AVIF 50')
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  quality?: number;
}
