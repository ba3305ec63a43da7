import { describe, expect, it } from '@jest/globals';
import { DataFolder } from './data-folder.js';

describe('DataFolder', () => {
  it.each(['/proc/nope/x', '/dev/null/x'])('refuses %s, where no folder can be made, in one message', (path) => {
    expect(() => {
      new DataFolder(path).prepare();
    }).toThrow(`The data folder ${path} cannot be used`);
  });
});
