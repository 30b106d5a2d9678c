/** The reverse proxy before a test's services, through the scripts of infra/proxy. */
import { NativeEngine } from './native-engine.ts';
import type { ServiceProcess } from './service-process.ts';

export class Proxy implements AsyncDisposable {
  readonly #engine: NativeEngine;

  private constructor(engine: NativeEngine) {
    this.#engine = engine;
  }

  static async start(port: number, services: readonly ServiceProcess[]): Promise<Proxy> {
    const addresses = (service: string): string =>
      services
        .filter(({ name }) => name.startsWith(`${service}-`))
        .map(({ address }) => address)
        .join(',');
    const upstreams = ['ingest', 'query', 'consent', 'anchor'].map((service) => [
      `PROXY_${service.toUpperCase()}`,
      addresses(service),
    ]);
    const engine = new NativeEngine('proxy', `test-${process.pid}-${port}`, {
      PROXY_PORT: String(port),
      ...Object.fromEntries(upstreams),
    });
    await engine.up();
    return new Proxy(engine);
  }

  /** PEM of whoever signed its certificate. */
  get authorityFile(): string {
    return `${this.#engine.home}/tls/ca.pem`;
  }

  /** Its logs, and whatever else it wrote. */
  sources(): ReturnType<NativeEngine['files']> {
    return this.#engine.files();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#engine[Symbol.asyncDispose]();
  }
}
