import { isRecord } from '#libs/contracts';
import { type TaskStore } from '../ledger/task-store.js';
import { withoutSecrets } from './secret-fields.js';

/** The `then` of a request as it is shown, with the secret fields of its payloads masked. */
export function shownThen(then: unknown, tasks: Pick<TaskStore, 'all'>): unknown {
  if (!Array.isArray(then)) return then;
  return then.map((entry: unknown) => (isRecord(entry) ? shownEntry(entry, tasks) : entry));
}

function shownEntry(entry: Readonly<Record<string, unknown>>, tasks: Pick<TaskStore, 'all'>): object {
  const name = String(entry['task']);
  // A bare name may be any of these: rather too much is masked.
  const meant = tasks.all().filter((task) => task.name === name || task.name.endsWith(`.${name}`));
  const shown = { ...entry };
  if ('payload' in entry) {
    shown['payload'] = meant.reduce((payload, { schema }) => withoutSecrets(payload, schema), entry['payload']);
  }
  if ('then' in entry) shown['then'] = shownThen(entry['then'], tasks);
  return shown;
}
