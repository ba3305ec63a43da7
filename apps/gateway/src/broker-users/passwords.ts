/**
 * Passwords by user, from the lines "user=password" of a file.
 * @throws TypeError for a line that is none
 */
export function passwordsIn(text: string): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return new Map(
    lines.map((line) => {
      const end = line.indexOf('=');
      if (end < 1) throw new TypeError('Expected lines "user=password" in the file of --passwords.');
      return [line.slice(0, end).trim(), line.slice(end + 1)];
    }),
  );
}
