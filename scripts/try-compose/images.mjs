// What must hold of the images.
import { check } from './check.mjs';
import { APPS, compose, docker, imageOf } from './stack.mjs';

/** Where an image has packages, apps and programs. */
const HOLDS = ['node_modules', 'dist/apps', '/usr/bin'];
/** What is there of one app alone. */
const OWN = {
  media: /^(sharp|nsfwjs|ffmpeg)$/m,
  email: /^nodemailer$/m,
  exports: /^pdfkit$/m,
};

export async function build() {
  await compose('build');
  for (const app of APPS) {
    const bytes = Number(await docker('image', 'inspect', '--format', '{{.Size}}', imageOf(app)));
    console.log(`    ${app}: ${Math.round(bytes / 1e6)} MB`);
  }
}

export async function imagesAreLean() {
  for (const app of APPS) {
    const held = await docker('run', '--rm', '--network=none', '--entrypoint=ls', imageOf(app), ...HOLDS);
    const others = Object.entries(OWN).filter(([owner, own]) => owner !== app && own.test(held));
    check(others.length === 0, `the ${app} image holds what ${others.map(([owner]) => owner)} alone needs:\n${held}`);
    check(OWN[app]?.test(held) ?? true, `the ${app} image holds nothing of its own:\n${held}`);
    check(!/^(typescript|jest)$/m.test(held), `the ${app} image holds development packages`);
    const apps = APPS.filter((name) => new RegExp(`^${name}$`, 'm').test(held));
    check(apps.join() === app, `the ${app} image holds ${apps}`);
  }
}
