import { IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import { Describe } from '#libs/consumer';

const LONGEST_NAME = 100;

/** The payload of `exports.execute`. */
export class ExecutePayload {
  @Describe("A statement's name in the catalogue of the operator")
  @IsString()
  @MaxLength(LONGEST_NAME)
  statement!: string;

  @Describe("Values for the statement's parameters, by their names")
  @IsOptional()
  @IsObject()
  params?: Record<string, unknown>;
}
