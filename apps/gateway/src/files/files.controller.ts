import { Controller, Get, Head, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiConsumes, ApiExcludeEndpoint } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type FileReference } from '#libs/contracts';
import { Public } from '#libs/observability';
import { type Storage } from '#libs/storage';
import { type Caller, CurrentCaller, RequireScope } from '../api-keys/caller.js';
import { invalidField, Problem } from '../http/problem.js';
import { QueryReader } from '../http/query.js';
import { Described } from '../openapi/described.js';
import { STORAGE } from '../tokens.js';
import { FileAccess } from './file-access.js';
import { etagOf, fileHeaders, namesTag } from './file-headers.js';
import { FileLinks, type LinkedFile } from './file-links.js';
import { requestedRange } from './requested-range.js';
import { storeMultipart, storeRaw, type UploadTarget } from './upload.js';
import { Uploads } from './uploads.js';

@Controller('v1/files')
export class FilesController {
  constructor(
    @Inject(STORAGE) private readonly storage: Storage,
    private readonly uploads: Uploads,
    private readonly links: FileLinks,
    private readonly access: FileAccess,
  ) {}

  @Post()
  @ApiConsumes('multipart/form-data', 'application/octet-stream')
  @Described({
    summary: 'Upload a file',
    description: 'As the one part "file" of a multipart body, or as a raw body with ?filename=.',
    query: { filename: 'The name of a raw body.' },
    body: { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' } } },
    status: 201,
    answer: 'FileReference',
    problems: [400, 413, 415, 422],
  })
  @RequireScope('jobs:write')
  async upload(
    @Req() request: FastifyRequest,
    @Query() parameters: unknown,
    @CurrentCaller() { tenant }: Caller,
  ): Promise<LinkedFile> {
    const query = new QueryReader(parameters);
    const filename = query.text('filename');
    query.done();
    if (request.headers['content-encoding'] !== undefined) {
      throw new Problem(415, 'Expected an upload without Content-Encoding: compressed bodies are not taken.');
    }
    return this.links.withLink(await stored(request, filename, this.uploads.into(tenant)));
  }

  // Declared before GET: Fastify would else make a HEAD of its own, which reads the whole file.
  @Head('*')
  @ApiExcludeEndpoint()
  @Public()
  async describe(@Req() request: FastifyRequest, @Param('*') key: string, @Res() reply: FastifyReply): Promise<void> {
    const file = await this.access.open(request, key);
    const unchanged = namesTag(request.headers['if-none-match'], etagOf(file));
    reply.headers(fileHeaders(file)).header('content-length', file.size);
    await reply.code(unchanged ? 304 : 200).send();
  }

  @Get('*')
  @Described({
    summary: 'Download a file',
    description: 'By a signed link, or with an API key of its tenant. Takes Range, If-Range and If-None-Match.',
    status: 200,
    answer: { type: 'string', format: 'binary' },
    secured: false,
    problems: [401, 403, 404, 416],
  })
  @Public()
  async download(@Req() request: FastifyRequest, @Param('*') key: string, @Res() reply: FastifyReply): Promise<void> {
    const file = await this.access.open(request, key);
    reply.headers(fileHeaders(file));
    if (namesTag(request.headers['if-none-match'], etagOf(file))) {
      await reply.code(304).send();
      return;
    }
    const range = rangeOf(request, file);
    if (range === 'unsatisfiable') {
      throw new Problem(416, `Expected a range within ${file.size} bytes.`, {
        headers: { 'content-range': `bytes */${file.size}` },
      });
    }
    const { stream } = await this.storage.read(file.key, range);
    if (range !== undefined) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.size}`);
    reply.header('content-length', range === undefined ? file.size : range.end - range.start + 1);
    await reply.send(stream);
  }
}

function stored(request: FastifyRequest, filename: string | undefined, target: UploadTarget): Promise<FileReference> {
  if (request.isMultipart()) return storeMultipart(request, target);
  if (filename === undefined || filename === '') {
    throw invalidField('filename', 'is required with a raw body: ?filename=photo.jpg');
  }
  return storeRaw(request, filename, target);
}

/** A range goes with the version that `If-Range` names; of another version the whole file is sent. */
function rangeOf(request: FastifyRequest, file: FileReference): ReturnType<typeof requestedRange> {
  const version = request.headers['if-range'];
  if (version !== undefined && version !== etagOf(file)) return undefined;
  return requestedRange(request.headers.range, file.size);
}
