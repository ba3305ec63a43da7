import { type ReactNode, useState } from 'react';
import { readThroughput, type Throughput } from '../../api/own-calls';
import { useLive } from '../../api/use-live';
import { LineChart } from '../../charts/line-chart';
import { Choice } from '../../ui/choice';
import { Loaded } from '../../ui/loaded';
import { Section } from '../../ui/page';

const EVERY_MS = 10_000;
const SPANS = { hour: 'Last hour', day: 'Last day' } as const;

type Ended = 'completed' | 'failed' | 'cancelled';

/** What has ended over time, in one queue or in all. */
export function ThroughputSection({ queue }: { readonly queue: string | null }): ReactNode {
  const [over, setOver] = useState<keyof typeof SPANS>('hour');
  const query = useLive(['throughput', over], (signal) => readThroughput(over, signal), { everyMs: EVERY_MS });
  return (
    <Section
      title="Jobs that have ended"
      aside={<Choice label="Over" choices={SPANS} chosen={over} onChoice={setOver} />}
    >
      <Loaded query={query}>{(told) => <ThroughputChart told={told} queue={queue} />}</Loaded>
    </Section>
  );
}

interface ThroughputChartProps {
  readonly told: Throughput;
  readonly queue: string | null;
}

function ThroughputChart({ told, queue }: ThroughputChartProps): ReactNode {
  const shown = told.queues.filter(({ name }) => queue === null || name === queue);
  const steps = shown[0]?.completed.length ?? 0;
  const values = (of: Ended): readonly number[] =>
    Array.from({ length: steps }, (_, step) => shown.reduce((sum, one) => sum + (one[of][step] ?? 0), 0));
  const total = (of: Ended): number => values(of).reduce((sum, one) => sum + one, 0);
  const minutes = told.stepMs / 60_000;
  const from = Date.parse(told.from) / 1_000;
  return (
    <>
      <LineChart
        label={`In all ${total('completed')} completed, ${total('failed')} failed, ${total('cancelled')} cancelled.`}
        times={Array.from({ length: steps }, (_, step) => from + (step * told.stepMs) / 1_000)}
        lines={[
          { name: 'completed', color: 'completed', values: values('completed') },
          { name: 'failed', color: 'failed', values: values('failed') },
          { name: 'cancelled', color: 'cancelled', values: values('cancelled') },
        ]}
      />
      <p className="muted chart-note">Jobs in each {minutes === 1 ? 'minute' : `${minutes} minutes`}</p>
    </>
  );
}
