const started = performance.now();
const counts = { passed: 0, failed: 0 };

function seconds(): string {
  return `${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s`;
}

/** A line about what is going on, so that a slow step can be told from a hanging one. */
export function progress(text: string): void {
  console.log(`${seconds()}  ${text}`);
}

/** Runs one check; a failure is counted and told, and the next one still runs. Undefined after a failure. */
export async function check<T>(name: string, body: () => Promise<T>): Promise<T | undefined> {
  try {
    const result = await body();
    counts.passed += 1;
    console.log(`${seconds()}  ok      ${name}`);
    return result;
  } catch (error) {
    counts.failed += 1;
    console.log(`${seconds()}  FAILED  ${name}\n${error instanceof Error ? error.stack : error}`);
    return undefined;
  }
}

/** Prints the closing line and returns the exit code. */
export function close(): number {
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}
