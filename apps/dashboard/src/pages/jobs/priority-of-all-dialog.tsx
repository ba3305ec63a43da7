import { type JobFilter } from '#libs/sdk';
import { type ReactNode, useState } from 'react';
import { PriorityField } from './priority-field';
import { type SteeredFilter } from './steer-all';
import { SteerAllDialog } from './steer-all-dialog';
import { NORMAL, toPriority } from './steering';

interface PriorityOfAllDialogProps {
  readonly filter: JobFilter;
  readonly onClose: () => void;
  readonly onConfirm: (steered: SteeredFilter) => void;
}

/** Asks for the priority that all jobs of a filter are to have that wait, and shows how many they are. */
export function PriorityOfAllDialog(props: PriorityOfAllDialogProps): ReactNode {
  const [priority, setPriority] = useState(NORMAL);
  return (
    <SteerAllDialog steering={toPriority(priority)} {...props}>
      <PriorityField value={priority} onChange={setPriority} />
    </SteerAllDialog>
  );
}
