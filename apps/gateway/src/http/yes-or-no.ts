/** What a parameter of a query says that is `true` or `false`; undefined for any other text. */
export function readYesOrNo(text: string): boolean | undefined {
  if (text === 'true') return true;
  return text === 'false' ? false : undefined;
}
