export type StubVersion = {
  readonly id: string;
  readonly atMs: number;
  /** Undefined for a deletion. */
  readonly text: string | undefined;
};

/** The records of a stub, each version with a time of its clock. */
export class StubRecords {
  readonly types: readonly string[];
  nowMs = Date.parse('2026-01-01T00:00:00.000Z');
  /** How long after the last version one is made, in milliseconds. */
  tickMs = 1000;
  readonly #versions = new Map<string, StubVersion[]>();

  constructor(types: readonly string[]) {
    this.types = types;
  }

  /** `members`: JSON, without braces. */
  put(type: string, id: string, members = '"active":true'): void {
    const version = this.since(type).filter((each) => each.id === id).length + 1;
    this.nowMs += this.tickMs;
    const meta = `"versionId":"${version}","lastUpdated":"${new Date(this.nowMs).toISOString()}"`;
    this.#add(type, id, `{"resourceType":"${type}","id":"${id}","meta":{${meta}},${members}}`);
  }

  remove(type: string, id: string): void {
    this.nowMs += this.tickMs;
    this.#add(type, id, undefined);
  }

  /** All versions, in the order of time. */
  since(type: string, ms = Number.NEGATIVE_INFINITY): readonly StubVersion[] {
    return (this.#versions.get(type) ?? []).filter(({ atMs }) => atMs >= ms);
  }

  newest(type: string): readonly StubVersion[] {
    return [...new Map(this.since(type).map((version) => [version.id, version])).values()];
  }

  #add(type: string, id: string, text: string | undefined): void {
    this.#versions.set(type, [...this.since(type), { id, atMs: this.nowMs, text }]);
  }
}
