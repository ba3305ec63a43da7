import { type ChangeEvent, type ReactElement, useState } from 'react';
import { keepTicket, keptTicket, renewToken, uploadPhoto } from './tickets';
import { hasEnded, type Ticket, useJob, type WatchedJob } from './use-job';

/** What `media.process-image` results in, as far as it is shown. */
interface Drawn {
  readonly variants: readonly {
    readonly name: string;
    readonly width: number;
    readonly height: number;
    readonly file: { readonly url: string; readonly size: number };
  }[];
}

export function PhotoPage(): ReactElement {
  const [ticket, setTicket] = useState(keptTicket);
  const [problem, setProblem] = useState('');
  const job = useJob<Drawn>(ticket, renewToken);

  const hold = (next: Ticket | null): void => {
    keepTicket(next);
    setTicket(next);
  };
  const take = (event: ChangeEvent<HTMLInputElement>): void => {
    const [photo] = event.target.files ?? [];
    if (photo === undefined) return;
    setProblem('');
    uploadPhoto(photo).then(hold, (error: unknown) => setProblem(String(error)));
  };

  return (
    <main>
      <h1>A photograph in four sizes</h1>
      {job === null ? (
        <label>
          Choose a photograph: <input type="file" accept="image/*" onChange={take} />
        </label>
      ) : (
        <PhotoJob job={job} onDone={() => hold(null)} />
      )}
      {problem === '' ? null : <p role="alert">{problem}</p>}
    </main>
  );
}

function PhotoJob({ job, onDone }: { job: WatchedJob<Drawn>; onDone: () => void }): ReactElement {
  return (
    <section aria-label="Job">
      <p role="status">{job.status}</p>
      <progress max={100} value={job.percent} />
      <p>{job.message}</p>
      {job.error === null ? null : <p role="alert">{job.error.message}</p>}
      {job.result?.variants.map(({ name, width, height, file }) => (
        <figure key={name}>
          <a href={file.url}>
            <img src={file.url} alt={name} />
          </a>
          <figcaption>
            {name}: {width} × {height}, {Math.ceil(file.size / 1024)} KiB
          </figcaption>
        </figure>
      ))}
      {hasEnded(job) || job.error !== null ? <button onClick={onDone}>Another one</button> : null}
    </section>
  );
}
