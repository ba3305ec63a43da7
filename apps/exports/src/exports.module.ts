import { Module } from '@nestjs/common';
import { loadExportsConfig } from '#libs/config';
import { Catalog, loadCatalog } from '#libs/datasets';
import { CreateHandler } from './tasks/create/create.handler.js';
import { ExecuteHandler } from './tasks/execute/execute.handler.js';
import { ImportHandler } from './tasks/import/import.handler.js';
import { ReportHandler } from './tasks/report/report.handler.js';
import { WorkThreads } from './work-thread/work-threads.js';

/** The consumer app of the domain `exports`. */
@Module({
  controllers: [CreateHandler, ExecuteHandler, ImportHandler, ReportHandler],
  providers: [
    { provide: Catalog, useFactory: () => loadCatalog(loadExportsConfig().catalog) },
    { provide: WorkThreads, useFactory: () => new WorkThreads() },
  ],
})
export class ExportsModule {}
