import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { parse, YAMLParseError } from 'yaml';
import { ConfigError } from './config-error.js';

/**
 * Reads a file of YAML or JSON that a setting names. An empty file is an empty object.
 * @param setting the name that problems are told under
 * @param schema JSON Schema that what is returned fits
 * @throws ConfigError with every problem and its path in the file
 */
export function readSettingsFile(setting: string, file: string, schema: object): unknown {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true });
  const fits = ajv.compile(schema);
  const content: unknown = parsed(setting, file) ?? {};
  if (fits(content)) return content;
  const telling = (fits.errors ?? []).filter(({ keyword }) => keyword !== 'if');
  throw unusableFile(setting, file, [...new Set(telling.map(sentence))]);
}

/** The error of a file that a setting names and that cannot be used. @param problems each begins with its path in the file */
export function unusableFile(setting: string, file: string, problems: readonly string[]): ConfigError {
  return new ConfigError(problems.map((message) => ({ name: setting, message: `${file}: ${message}` })));
}

function parsed(setting: string, file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof YAMLParseError) throw unusableFile(setting, file, [`is no YAML: ${error.message}`]);
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw unusableFile(setting, file, [`cannot be read (${code})`]);
  }
}

function sentence({ instancePath, keyword, message = 'is wrong', params }: ErrorObject): string {
  const path = instancePath.slice(1).replaceAll('/', '.');
  const about = params as {
    readonly additionalProperty?: string;
    readonly allowedValues?: readonly unknown[];
    readonly propertyName?: string;
  };
  const field = about.additionalProperty ?? about.propertyName;
  const place = [path, field].filter((part) => part !== undefined && part !== '').join('.');
  const allowed = about.allowedValues === undefined ? '' : `: ${about.allowedValues.join(', ')}`;
  return `${place || 'the file'}: ${keyword === 'additionalProperties' ? 'is unknown' : `${message}${allowed}`}`;
}
