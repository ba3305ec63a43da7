import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { SCHEMAS } from './schemas.js';

/** The OpenAPI document as JSON text. It is written once, when every route is known. */
export class ApiDocument {
  #text = '{}';

  get text(): string {
    return this.#text;
  }

  write(app: INestApplication, publicUrl: string): void {
    const document = SwaggerModule.createDocument(app, about(publicUrl));
    document.components = { ...document.components, schemas: { ...document.components?.schemas, ...SCHEMAS } };
    this.#text = JSON.stringify(document);
  }
}

function about(publicUrl: string): Omit<OpenAPIObject, 'paths'> {
  return new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Leveret')
    .setVersion('1')
    .setDescription(
      'Background jobs. Times are ISO 8601 in UTC, durations milliseconds or text such as "30s". Errors are RFC 9457 ' +
        'problems; those of a request name the field in errors[].path.',
    )
    .addServer(publicUrl)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key.' })
    .build();
}
