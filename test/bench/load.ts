import { Agent, request } from 'node:http';

export type Call = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};
export type LoadResult = {
  readonly count: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

/** Keeps so many calls in flight for that long; every answer must have the status that is expected. */
export const load = async (
  baseUrl: string,
  { connections, durationMs, expect }: { connections: number; durationMs: number; expect: number },
  next: () => Call,
): Promise<LoadResult> => {
  const { hostname, port } = new URL(baseUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  const started = performance.now();
  const send = ({ method, path, headers, body }: Call): Promise<number> =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const outgoing = request(
        { agent, hostname, port, method, path, headers: { ...headers, ...length } },
        (response) => {
          response.resume();
          response.once('end', () => resolve(response.statusCode ?? 0));
        },
      );
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  const worker = async (): Promise<void> => {
    while (performance.now() - started < durationMs) {
      const began = performance.now();
      const status = await send(next());
      if (status !== expect) throw new Error(`the gateway answered ${status} where ${expect} was expected`);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return summarise(times, performance.now() - started);
};

export const summarise = (timesMs: readonly number[], elapsedMs: number): LoadResult => {
  const sorted = timesMs.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { count: sorted.length, perSecond: (sorted.length / elapsedMs) * 1000, p50Ms: at(0.5), p99Ms: at(0.99) };
};
