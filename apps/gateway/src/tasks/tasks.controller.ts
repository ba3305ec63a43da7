import { Controller, Get, Param, Query } from '@nestjs/common';
import { isTaskName } from '#libs/contracts';
import { OpenWithoutContents, RequireScope } from '../api-keys/caller.js';
import { type Page, pageOf, readPageRequest } from '../http/page.js';
import { missing } from '../http/problem.js';
import { QueryReader } from '../http/query.js';
import { Described, paged } from '../openapi/described.js';
import { TaskStore } from '../ledger/task-store.js';
import { nearestTask } from './nearest-task.js';
import { type ShownTask, shownTask } from './shown-task.js';

@Controller('v1/tasks')
@RequireScope('jobs:read')
@OpenWithoutContents()
export class TasksController {
  constructor(private readonly tasks: TaskStore) {}

  @Get()
  @Described({
    summary: 'List the tasks that apps have announced, by name',
    query: paged(),
    status: 200,
    answer: 'TaskPage',
    problems: [422],
  })
  list(@Query() parameters: unknown): Page<ShownTask> {
    const query = new QueryReader(parameters);
    const { limit, after } = readPageRequest(query, (text) => (isTaskName(text) ? text : undefined));
    query.done();
    const behind = this.tasks
      .all()
      .filter(({ name }) => after === null || name > after)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    return pageOf(behind.slice(0, limit + 1), limit, ({ name }) => name, shownTask);
  }

  @Get(':name')
  @Described({ summary: 'Show a task', status: 200, answer: 'Task', problems: [404] })
  show(@Param('name') name: string): ShownTask {
    const task = this.tasks.find(name);
    if (task === undefined) throw missing('task', name, nearestTask(name, this.tasks.all()));
    return shownTask(task);
  }
}
