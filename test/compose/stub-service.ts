/** What stands in for a service behind the proxy: it tells what reached it. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';

export type Seen = {
  readonly service: string;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
};

export class StubService implements AsyncDisposable {
  readonly name: string;
  readonly seen: Seen[] = [];
  /** What it does with the next requests: answer, or break the connection once it has read them. */
  manner: 'answers' | 'breaks off' = 'answers';
  /** Before it answers. */
  delayMs = 0;
  #server: Server | undefined;
  #port = 0;

  constructor(name: string) {
    this.name = name;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async start(): Promise<this> {
    if (this.#server !== undefined) return this;
    const server = createServer((req, res) => {
      let bytes = 0;
      req.on('data', (chunk: Buffer) => (bytes += chunk.length));
      req.on('end', () => {
        const { method = '', url = '', headers } = req;
        this.seen.push({ service: this.name, method, url, headers, bytes });
        if (this.manner === 'breaks off') req.socket.destroy();
        else setTimeout(() => res.end(this.name), this.delayMs);
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
    return this;
  }

  /** Nobody listens at its address any more, as after a crash. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  /** Listens, and answers at once. */
  async reset(): Promise<void> {
    this.manner = 'answers';
    this.delayMs = 0;
    await this.start();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
