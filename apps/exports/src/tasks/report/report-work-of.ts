import { bindParams, type Report } from '#libs/datasets';
import { checkedLocale, checkedTimezone } from '../../formats/places.js';
import { type ReportWork } from '../../report/report-work.js';
import { type ReportPayload } from './report.payload.js';
import { type ReportSpan, type SpanDays } from './report-span.js';

interface Wanted {
  readonly report: Report;
  readonly span: ReportSpan;
  readonly tenant: string;
}

/** The work that a job asks for. @throws PermanentError, DatasetRefusal */
export function reportWorkOf(payload: ReportPayload, { report, span, tenant }: Wanted): ReportWork {
  const { database, title, sections, params } = report;
  const locale = checkedLocale(payload.locale);
  const timezone = checkedTimezone(payload.timezone);
  const { previousFrom, from, to } = span.moments;
  const own = { tenant, timezone, previousFrom, previousTo: from, from, to };
  return {
    ...{ database, format: payload.format },
    head: { title, locale, timezone, span: inWords(span, locale), previous: inWords(span.previous, locale) },
    sections: sections.map(({ sql, ...section }) => ({
      ...section,
      query: bindParams({ sql, params }, database.dialect, payload.params ?? {}, own),
    })),
  };
}

function inWords({ from, to }: SpanDays, locale: string | null): string {
  const format = new Intl.DateTimeFormat(locale ?? 'en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  return format.formatRange(new Date(from), new Date(to));
}
