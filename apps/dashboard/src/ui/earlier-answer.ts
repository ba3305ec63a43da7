import { createContext } from 'react';

/** Whether what is shown was asked for before, and stays until the answer to what is asked for now is there. */
export const EarlierAnswerContext = createContext(false);
