import { writeFile } from 'node:fs/promises';
import { Problem } from '../tools/console/problem.js';
import { Screen } from '../tools/console/screen.js';
import { Interruption } from '../tools/start/interruption.js';
import { BenchSuite } from './bench-suite.js';
import { renderChart } from './chart.js';
import { type Effort } from './effort.js';
import { HELP } from './help.js';
import { readOptions } from './options.js';
import { type Question } from './question.js';
import { questionsFor } from './questions.js';
import { type Answer, asJson, renderTable } from './report.js';

/** `npm run bench`: every figure beside its baseline, measured in the same run. */
async function main(): Promise<void> {
  const { effort, only, json, svg, instead } = readOptions(process.argv.slice(2));
  const questions = questionsFor(effort).filter(({ title }) => title.toLowerCase().includes(only));
  if (instead !== undefined) {
    console.log(instead === 'help' ? HELP : questions.map(({ title }) => title).join('\n'));
    return;
  }
  const answers = await askAll(questions, effort);
  if (json !== undefined) await writeFile(json, JSON.stringify({ effort, answers: asJson(answers) }, null, 2));
  if (svg !== undefined) await writeFile(svg, renderChart(answers));
}

async function askAll(questions: readonly Question[], effort: Effort): Promise<readonly Answer[]> {
  const screen = new Screen(process.stderr);
  const interrupted = new Interruption().stopped.then(() => {
    throw new Problem('Interrupted.');
  });
  interrupted.catch(() => undefined);
  const suite = await BenchSuite.start(screen);
  const answers: Answer[] = [];
  try {
    for (const question of questions) {
      const asked = screen.step(question.title, () => question.ask(suite, effort));
      const rows = await Promise.race([asked, interrupted]);
      const answer = { question, rows };
      console.log(`\n${renderTable(answer)}`);
      answers.push(answer);
    }
  } finally {
    await screen.step('Stopping', () => suite.stop());
  }
  return answers;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // What an interrupted question has begun would keep the process alive.
  process.exit(1);
}
