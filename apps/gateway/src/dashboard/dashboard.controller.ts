import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type GatewayConfig } from '#libs/config';
import { Public } from '#libs/observability';
import { missing, Problem } from '../http/problem.js';
import { GATEWAY_CONFIG } from '../tokens.js';
import { type DashboardFile, DashboardFiles } from './dashboard-files.js';
import { PAGE_PATHS } from './page-paths.js';

const FOR_EVER = 'public, max-age=31536000, immutable';
/** Its name never changes, and what it loads does: it is asked for again each time. */
const EACH_TIME = 'no-cache';

/** The dashboard: a program for browsers, which is a user of the API like any other. */
@Controller()
@Public()
@ApiExcludeController()
export class DashboardController {
  readonly #policy: string;

  constructor(
    @Inject(GATEWAY_CONFIG) { publicUrl }: GatewayConfig,
    private readonly files: DashboardFiles,
  ) {
    // Pictures that jobs have made are shown by their links, which have the public address.
    this.#policy =
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' ${new URL(publicUrl).origin}; ` +
      "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
  }

  @Get([...PAGE_PATHS])
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const page = await this.files.find('index.html');
    if (page === undefined) throw new Problem(404, 'The dashboard is not built: npm run build.');
    reply.header('content-security-policy', this.#policy).header('cache-control', EACH_TIME);
    await send(page, request, reply);
  }

  /** The build puts a hash of what is in a file into its name. */
  @Get('assets/:name')
  async asset(@Param('name') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const asset = await this.files.find(`assets/${name}`);
    if (asset === undefined) throw missing('file', name.slice(0, 100));
    reply.header('cache-control', FOR_EVER);
    await send(asset, request, reply);
  }
}

async function send(file: DashboardFile, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const isCompressed = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  reply.type(file.type).header('vary', 'accept-encoding');
  if (isCompressed) reply.header('content-encoding', 'gzip');
  await reply.send(isCompressed ? file.compressed : file.content);
}
