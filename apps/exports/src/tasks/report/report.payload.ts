import { IsIn, IsObject, IsOptional, IsString, Matches, MaxLength, ValidateIf } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Describe, FieldSchema } from '#libs/consumer';
import { REPORT_FORMATS, type ReportFormat } from '../../report/report-work.js';
import { type Period, PERIODS } from './report-span.js';

const LONGEST_NAME = 100;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The payload of `exports.report`. */
@JSONSchema({ oneOf: [{ required: ['from', 'to'] }, { required: ['period'] }] })
export class ReportPayload {
  @Describe("A report's name in the catalogue of the operator")
  @IsString()
  @MaxLength(LONGEST_NAME)
  report!: string;

  @IsIn(REPORT_FORMATS)
  format!: ReportFormat;

  @Describe('The first day, such as 2026-01-01')
  @ValidateIf(({ period, from, to }: ReportPayload) => period === undefined || from !== undefined || to !== undefined)
  @Matches(DAY, { message: 'from must be a day such as 2026-01-01' })
  from?: string;

  @Describe('The last day')
  @ValidateIf(({ period, from, to }: ReportPayload) => period === undefined || from !== undefined || to !== undefined)
  @Matches(DAY, { message: 'to must be a day such as 2026-01-31' })
  to?: string;

  @Describe('In place of days: counted from the time that the job was scheduled for')
  @IsOptional()
  @IsIn(PERIODS)
  period?: Period;

  @Describe('The time zone of the days, such as Europe/Berlin')
  @FieldSchema({ default: 'UTC' })
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_NAME)
  timezone?: string;

  @Describe('How numbers and dates are written, as a language tag such as de-DE')
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_NAME)
  locale?: string;

  @Describe("Values for the report's parameters, by their names")
  @IsOptional()
  @IsObject()
  params?: Record<string, unknown>;
}
