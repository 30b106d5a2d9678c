import { appendFileSync } from 'node:fs';

/** Prints each step with what was seen, and counts. The first that fails ends the story, for the rest builds on it. */
export class Steps {
  private passed = 0;

  async take<T>(title: string, act: (saw: (text: string) => void) => Promise<T>): Promise<T> {
    const started = performance.now();
    console.log(`\n${this.passed + 1}. ${title}`);
    const result = await act((text) => console.log(`   ${text}`));
    this.passed += 1;
    console.log(`   ✔ ${Math.round(performance.now() - started)} ms`);
    return result;
  }

  /** `<passed> <failed> 0`, as `pnpm test` writes it. */
  summarise(failed: 0 | 1): void {
    console.log(`\n${this.passed} steps passed, ${failed} failed`);
    const summary = process.env['CHARTSEAL_TEST_SUMMARY'];
    if (summary !== undefined && summary !== '') appendFileSync(summary, `${this.passed} ${failed} 0\n`);
  }
}
