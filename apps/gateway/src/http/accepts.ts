const JSON_TYPE = /^application\/(?:\*|(?:[\w.-]+\+)?json)$/;
const EVENTS_TYPE = /^text\/(?:\*|event-stream)$/;

/** True when an `Accept` header takes JSON, or is missing. */
export function acceptsJson(accept: string | undefined): boolean {
  return accepts(accept, JSON_TYPE);
}

/** True when an `Accept` header takes server-sent events, or is missing. */
export function acceptsEvents(accept: string | undefined): boolean {
  return accepts(accept, EVENTS_TYPE);
}

function accepts(accept: string | undefined, wanted: RegExp): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  return accept.split(',').some((range) => {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const refused = parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
    return !refused && (type === '*/*' || wanted.test(type ?? ''));
  });
}
