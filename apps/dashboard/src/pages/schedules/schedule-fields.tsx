import { type ReactNode, useState } from 'react';
import { type Body, BodyFields, type OwnFieldsProps } from '../../request-form/body-fields';
import { withField } from '../../schema-form/schema';
import { Choice } from '../../ui/choice';
import { NextTicks } from './next-ticks';

/** What of a schedule is not of its jobs. */
export const OWN_FIELDS = ['name', 'cron', 'timezone', 'every', 'enabled', 'catchUp', 'overlap'];

const WAYS = { cron: 'By cron', every: 'Every so often' } as const;
const TIMED_BY = { cron: ['cron', 'timezone'], every: ['every'] } as const;

/** When a schedule is due, and what it does when it could not be. */
export function ScheduleFields({ schema, ...props }: OwnFieldsProps): ReactNode {
  const { body, onChange } = props;
  const [way, setWay] = useState<keyof typeof WAYS>(body['every'] === undefined ? 'cron' : 'every');
  // What was said of one way is not sent with the other, and comes back with its own.
  const [aside, setAside] = useState<Body>({});
  const choose = (chosen: keyof typeof WAYS): void => {
    if (chosen === way) return;
    const left: readonly string[] = TIMED_BY[way];
    setWay(chosen);
    setAside(Object.fromEntries(Object.entries(body).filter(([name]) => left.includes(name))));
    onChange({ ...left.reduce<Body>((rest, name) => withField(rest, name, undefined), body), ...aside });
  };
  return (
    <>
      <BodyFields schema={schema} names={['name']} {...props} />
      <Choice label="When it is due" choices={WAYS} chosen={way} onChoice={choose} />
      <BodyFields schema={{ ...schema, required: [way] }} names={TIMED_BY[way]} {...props} />
      <NextTicks body={body} />
      <BodyFields schema={schema} names={['enabled', 'catchUp', 'overlap']} {...props} />
    </>
  );
}
