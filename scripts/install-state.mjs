import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Why the packages have to be installed, or undefined when they are all there. npm writes node_modules/.package-lock.json
 * last, so it is the stamp of a complete installation; it must tell the same versions as package-lock.json, and every
 * package that it names must be there.
 */
export function installProblem(root) {
  const wanted = readLock(join(root, 'package-lock.json'));
  if (wanted === undefined) throw new Error('package-lock.json is missing or damaged: git checkout package-lock.json');
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return 'they are not installed yet';
  if (!sameVersions(wanted, installed)) return 'package-lock.json has changed';
  const lost = Object.keys(installed).find((path) => !existsSync(join(root, path, 'package.json')));
  return lost === undefined ? undefined : `${lost} is missing`;
}

function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Packages for other platforms are wanted but not installed. */
function sameVersions(wanted, installed) {
  const same = (path) =>
    wanted[path]?.version === installed[path].version && wanted[path]?.integrity === installed[path].integrity;
  const needed = Object.keys(wanted).filter(
    (path) => path !== '' && !wanted[path].optional && !wanted[path].devOptional,
  );
  return needed.every((path) => path in installed) && Object.keys(installed).every(same);
}
