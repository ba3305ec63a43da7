// The application's own server: it has the API key, and gives its pages what opens one job.
//   LIVE_ORIGINS=http://127.0.0.1:8080 npm start   in one terminal
//   node examples/react-photo/backend.mjs          in another
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { example, runningSuite } from '../running-suite.mjs';

const PORT = Number(process.env['PORT'] ?? 8_080);
const LARGEST_PHOTO = 50 * 1024 * 1024;
const VARIANTS = [200, 400, 800, 1_200].map((width) => ({ name: `w${width}`, width, format: 'avif' }));

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** What is answered to a method and a path; an id in the path is handed over apart. */
function routesOf({ leveret, url: gateway }) {
  return {
    'GET /': async () => page('text/html', await readFile(new URL('page/index.html', import.meta.url))),
    'GET /page.js': async () => page('text/javascript', await script()),

    'POST /photos': async (request, { searchParams }) => {
      const contentType = request.headers['content-type'] ?? '';
      if (!contentType.startsWith('image/')) throw new Refusal(415, 'That is no photograph.');
      const filename = searchParams.get('filename') ?? 'photo';
      const source = await leveret.files.upload(await bodyOf(request), { filename, contentType });
      const job = await leveret.worker.enqueue({
        task: 'media.process-image',
        payload: { source, variants: VARIANTS },
      });
      return json({ jobId: job.id, watchToken: job.watchToken, gateway });
    },

    // An application asks here who its visitor is, and whether the photograph is theirs.
    'POST /photos/:id/watch-token': async (_request, _url, id) =>
      json({ watchToken: await leveret.jobs.watchToken(id) }),
  };
}

async function script() {
  const entry = fileURLToPath(new URL('page/main.tsx', import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles[0].contents;
}

async function bodyOf(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > LARGEST_PHOTO) throw new Refusal(413, 'The photograph is too large.');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function page(type, body) {
  return { type: `${type}; charset=utf-8`, body };
}

function json(value) {
  return { type: 'application/json', body: JSON.stringify(value) };
}

async function answer(routes, request) {
  const url = new URL(request.url, 'http://127.0.0.1');
  const [, id = ''] = /^\/photos\/([0-9a-f-]{36})\//.exec(url.pathname) ?? [];
  const handle = routes[`${request.method} ${id === '' ? url.pathname : url.pathname.replace(id, ':id')}`];
  if (handle === undefined) throw new Refusal(404, 'There is nothing at this address.');
  return handle(request, url, id);
}

await example(async () => {
  const routes = routesOf(await runningSuite());
  const server = createServer((request, response) => {
    answer(routes, request).then(
      ({ type, body }) => response.writeHead(200, { 'content-type': type }).end(body),
      (error) => response.writeHead(error.status ?? 502, { 'content-type': 'text/plain' }).end(error.message),
    );
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(PORT, '127.0.0.1', resolve));
  console.log(`Open http://127.0.0.1:${server.address().port}`);
});
