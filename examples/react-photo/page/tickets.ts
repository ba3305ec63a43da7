import { type Ticket } from './use-job';

const KEPT_UNDER = 'photo';

/** Hands a photograph to the backend, which enqueues its job. */
export async function uploadPhoto(photo: File): Promise<Ticket> {
  const response = await fetch(`/photos?filename=${encodeURIComponent(photo.name)}`, { method: 'POST', body: photo });
  return read<Ticket>(response);
}

/** A new watch token of a job, when the page's has run out. */
export async function renewToken(jobId: string): Promise<string> {
  const response = await fetch(`/photos/${jobId}/watch-token`, { method: 'POST' });
  return (await read<Pick<Ticket, 'watchToken'>>(response)).watchToken;
}

/** Keeps a ticket for when the page is opened again; null forgets it. */
export function keepTicket(ticket: Ticket | null): void {
  if (ticket === null) localStorage.removeItem(KEPT_UNDER);
  else localStorage.setItem(KEPT_UNDER, JSON.stringify(ticket));
}

export function keptTicket(): Ticket | null {
  const text = localStorage.getItem(KEPT_UNDER);
  return text === null ? null : (JSON.parse(text) as Ticket);
}

async function read<T>(response: Response): Promise<T> {
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}
