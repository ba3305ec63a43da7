import { PermanentError } from '#libs/consumer';
import { bindParams, type Column, type Dataset } from '#libs/datasets';
import { type DatasetWork } from '../../dataset-file/dataset-work.js';
import { describeFile } from '../../formats/file-kinds.js';
import { checkedLocale, checkedTimezone } from '../../formats/places.js';
import { type CreatePayload } from './create.payload.js';

/** The work that a job asks for. @throws PermanentError, DatasetRefusal */
export function datasetWorkOf(payload: CreatePayload, dataset: Dataset, tenant: string): DatasetWork {
  const { database, limits } = dataset;
  const packing = payload.compress ?? null;
  return {
    ...{ database, limits, packing, format: payload.format, maxRows: payload.maxRows ?? null },
    query: bindParams(dataset, database.dialect, payload.params ?? {}, { tenant }),
    layout: {
      title: payload.filename ?? dataset.name,
      columns: chosenColumns(payload, dataset.columns),
      locale: checkedLocale(payload.locale),
      timezone: checkedTimezone(payload.timezone),
      csv: { delimiter: payload.delimiter ?? ',', bom: payload.bom ?? false, header: payload.header ?? true },
    },
    filename: describeFile(payload.filename ?? dataset.name, payload.format, packing).inner,
  };
}

function chosenColumns({ columns: chosen, titles = {} }: CreatePayload, columns: readonly Column[]): readonly Column[] {
  const known = new Map(columns.map((column) => [column.name, column]));
  const strange = [...(chosen ?? []), ...Object.keys(titles)].filter((name) => !known.has(name));
  if (strange.length > 0) {
    const names = [...known.keys()].join(', ');
    throw new PermanentError('unknown_column', `The dataset has no column ${strange.join(', ')}; it has ${names}.`);
  }
  const names = chosen ?? [...known.keys()];
  return names
    .flatMap((name) => known.get(name) ?? [])
    .map((column) => ({ ...column, title: titles[column.name] ?? column.title }));
}
