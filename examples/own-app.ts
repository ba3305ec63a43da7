// A consumer app in a project of its own, which has the package leveret-consumer (docs/own-apps.md).
import { Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { IsString, MaxLength } from 'class-validator';
import { type JobContext, PermanentError, runConsumerApp, Task, TaskController } from 'leveret-consumer';

class TranslatePayload {
  @IsString()
  @MaxLength(1_000)
  text!: string;
}

const WORDS: Readonly<Record<string, string>> = { hello: 'bonjour', world: 'monde' };

@TaskController('translations')
class TranslateHandler {
  @Task('translate', {
    payload: TranslatePayload,
    description: 'Translates words into French.',
    example: { text: 'hello' },
  })
  async translate(@Payload() { text }: TranslatePayload, @Ctx() job: JobContext): Promise<{ readonly text: string }> {
    job.log.info('translating', { letters: text.length });
    const words = text.split(' ').map((word): string | undefined => WORDS[word]);
    if (words.includes(undefined)) throw new PermanentError('unknown_word', 'A word is not in the dictionary.');
    return { text: words.join(' ') };
  }
}

@Module({ controllers: [TranslateHandler] })
class TranslationsModule {}

await runConsumerApp(TranslationsModule, { domain: 'translations', concurrency: 10 });
