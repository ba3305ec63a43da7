let passed = 0;

/** Runs one step of a try and tells how long it took; what it throws ends the try, under the step's title. */
export async function step(title, work) {
  const began = performance.now();
  const value = await work().catch((error) => {
    throw new Error(`✗ ${title}\n${error.message}`);
  });
  passed += 1;
  console.log(`✓ ${title} (${((performance.now() - began) / 1_000).toFixed(1)} s)`);
  return value;
}

export function stepsPassed() {
  return passed;
}

export function check(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}
