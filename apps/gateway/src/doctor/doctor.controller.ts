import { Controller, Get } from '@nestjs/common';
import { RequireScope } from '../api-keys/caller.js';
import { Described } from '../openapi/described.js';
import { Doctor, type Examination } from './doctor.js';

/** What is declared, compared with what is in force. */
@Controller('v1/doctor')
@RequireScope('admin')
export class DoctorController {
  constructor(private readonly doctor: Doctor) {}

  @Get()
  @Described({
    summary: 'Compare what is declared with what is in force in the broker, the ledger and the storage',
    description:
      'As `npm run doctor` does. Who asks again within ten seconds is told the same. What needs the management API and has none is `unknown`.',
    status: 200,
    answer: 'Examination',
  })
  show(): Promise<Examination> {
    return this.doctor.examine();
  }
}
