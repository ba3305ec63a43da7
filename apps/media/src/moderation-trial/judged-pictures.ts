import { type LeaveOut } from './picture-files.js';
import { type PictureJudge } from './picture-judge.js';
import { type Judged } from './tally.js';

/** Judges pictures one after the other. One that cannot be judged, for whatever reason, is left out: a trial is long, and the others count. */
export async function judgedPictures(
  files: readonly string[],
  judge: PictureJudge,
  leaveOut: LeaveOut,
): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const file of files) {
    try {
      judged.push({ file, scores: await judge.judge(file) });
    } catch (error) {
      leaveOut(file, error);
    }
  }
  return judged;
}
