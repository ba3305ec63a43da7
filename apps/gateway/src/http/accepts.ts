/** True when an `Accept` header takes JSON, or is missing. */
export function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  return accept.split(',').some((range) => {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const refused = parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
    return (
      !refused && (type === '*/*' || type === 'application/*' || /^application\/(?:[\w.-]+\+)?json$/.test(type ?? ''))
    );
  });
}
