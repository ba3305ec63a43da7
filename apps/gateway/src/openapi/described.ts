import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';

type Schema = Readonly<Record<string, unknown>>;

/** What the OpenAPI document says of a call. */
export interface CallDescription {
  readonly summary: string;
  readonly description?: string;
  /** The JSON body. */
  readonly body?: Schema;
  /** Bodies that are taken as they are, by what they ask for. */
  readonly examples?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Success: its status, and its schema by name or whole. */
  readonly status: number;
  readonly answer?: string | Schema;
  /** When the call answers 200 with the same, because what was asked for is there already. */
  readonly repeated?: string;
  /** The media type of the answer. @default 'application/json' */
  readonly answerType?: string;
  /** Problems beside 401, 403 and 406, which every call with a key may answer. */
  readonly problems?: readonly number[];
  /** Whether the call needs an API key. @default true */
  readonly secured?: boolean;
}

const PAGED = { limit: '1 to 200; 50 without it.', cursor: 'The nextCursor of the page before.' };

/** The query of a list. */
export function paged(filters: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { ...filters, ...PAGED };
}

/** Describes a call in the OpenAPI document. */
export function Described(call: CallDescription): MethodDecorator {
  const secured = call.secured ?? true;
  const problems = [...(secured ? [401, 403, 406] : []), ...(call.problems ?? [])];
  return applyDecorators(
    ApiOperation({
      summary: call.summary,
      ...(call.description === undefined ? {} : { description: call.description }),
    }),
    ...(secured ? [ApiBearerAuth()] : []),
    ...(call.body === undefined ? [] : [ApiBody({ schema: call.body, ...examplesOf(call) })]),
    ...parametersOf(call),
    ...successesOf(call),
    ...problems.map((status) => problemResponse(status)),
  );
}

function examplesOf({ examples }: CallDescription): { examples?: Record<string, { value: unknown }> } {
  if (examples === undefined) return {};
  return { examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])) };
}

function parametersOf({ query = {}, headers = {} }: CallDescription): MethodDecorator[] {
  return [
    ...Object.entries(query).map(([name, description]) =>
      ApiQuery({ name, description, required: false, type: String }),
    ),
    ...Object.entries(headers).map(([name, description]) => ApiHeader({ name, description, required: false })),
  ];
}

function successesOf({ status, answer, answerType, repeated }: CallDescription): MethodDecorator[] {
  const content = answer === undefined ? {} : contentOf(answer, answerType);
  return [
    ApiResponse({ status, description: STATUS_CODES[status] ?? '', ...content }),
    ...(repeated === undefined ? [] : [ApiResponse({ status: 200, description: repeated, ...content })]),
  ];
}

function contentOf(
  answer: string | Schema,
  type = 'application/json',
): { content: Record<string, { schema: Schema }> } {
  return { content: { [type]: { schema: schemaOf(answer) } } };
}

function schemaOf(answer: string | Schema): Schema {
  return typeof answer === 'string' ? { $ref: `#/components/schemas/${answer}` } : answer;
}

function problemResponse(status: number): MethodDecorator {
  return ApiResponse({
    status,
    description: STATUS_CODES[status] ?? '',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  });
}
