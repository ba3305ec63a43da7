import { describeSettings } from '#libs/config';

const HEAD = `# Configuration

Every app is configured by environment variables alone. They are read and checked before anything connects; an app that
finds a wrong or misspelt one does not start and lists every problem in one message. An empty variable counts as one that
is not set. \`npm start\` sets what has no default here.

This page is made from the table of settings in \`libs/config\`; a test fails when the two differ.
`;

/** The text of `docs/configuration.md`, laid out as Prettier does it. */
export function configurationPage(): string {
  const settings = describeSettings();
  const rows = settings.map(({ name, means, allowed, fallback, takenBy }) => [
    code(name),
    cell(means),
    cell(allowed),
    fallback === null ? 'required' : cell(fallback),
    takenBy,
  ]);
  const advice = settings.flatMap(({ name, advice }) => (advice === null ? [] : [`- ${code(name)}: ${advice}`]));
  return [HEAD, table(['Name', 'Decides', 'Allowed', 'Default', 'Taken by'], rows), '', ...advice, ''].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
