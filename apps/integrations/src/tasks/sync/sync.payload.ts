import { IsOptional, IsString, MaxLength } from 'class-validator';
import { Describe } from '#libs/consumer';

const LONGEST_NAME = 100;
const LONGEST_CURSOR = 500;

/** The payload of `integrations.sync`. */
export class SyncPayload {
  @Describe('A connection in the file of the operator')
  @IsString()
  @MaxLength(LONGEST_NAME)
  connection!: string;

  @Describe('One of its resources')
  @IsString()
  @MaxLength(LONGEST_NAME)
  resource!: string;

  @Describe("A dataset's name in the catalogue of the operator; it needs a key")
  @IsString()
  @MaxLength(LONGEST_NAME)
  dataset!: string;

  @Describe('Begins anew with what is newer than this; without it where the sync before has ended')
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_CURSOR)
  cursor?: string;
}
