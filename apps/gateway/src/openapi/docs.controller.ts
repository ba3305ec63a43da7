import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Public } from '#libs/observability';
import { missing } from '../http/problem.js';
import { ApiDocument } from './api-document.js';
import { PAGE, PAGE_POLICY, pageAsset } from './docs-page.js';

@Controller()
@Public()
@ApiExcludeController()
export class DocsController {
  constructor(private readonly document: ApiDocument) {}

  @Get('openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  openapi(): string {
    return this.document.text;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', PAGE_POLICY)
  page(): string {
    return PAGE;
  }

  @Get('docs/:asset')
  async asset(@Param('asset') name: string, @Res() reply: FastifyReply): Promise<void> {
    const asset = await pageAsset(name);
    if (asset === undefined) throw missing('page', name);
    await reply.type(asset.type).header('cache-control', 'public, max-age=3600').send(asset.content);
  }
}
