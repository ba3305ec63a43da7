/** A number of jobs, as it is said: exact, because something is done with them. */
export function jobsText(count: number): string {
  return count === 1 ? '1 job' : `${count.toLocaleString()} jobs`;
}
