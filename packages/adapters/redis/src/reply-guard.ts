/**
 * The replies that PING, GET, SET, AUTH and SELECT can have (RESP2, https://redis.io/docs/latest/develop/reference/protocol-spec/): a line that begins with `+`,
 * `-` or `:`, or a bulk string. Whoever runs Redis may send anything, and the driver's parser is not made for that: a push frame
 * that it does not expect ends the process, an announced length of 512 MB is awaited, nesting is followed.
 */
export class ReplyGuard {
  readonly #largest: number;
  /** Bytes of a bulk string and its line end that are still to come. */
  #due = 0;
  #line = '';
  #replies = 0;

  /** `largest`: longest bulk string, in bytes. */
  constructor(largest: number) {
    this.#largest = largest;
  }

  /** How many replies have begun. */
  get replies(): number {
    return this.#replies;
  }

  /** Whether the driver may see these bytes, which follow those before. After a no the connection is of no use. */
  accepts(chunk: Buffer): boolean {
    for (let at = 0; at < chunk.length;) {
      if (this.#due > 0) {
        const taken = Math.min(this.#due, chunk.length - at);
        this.#due -= taken;
        at += taken;
        continue;
      }
      const end = chunk.indexOf('\n', at);
      this.#line += chunk.toString('latin1', at, end === -1 ? chunk.length : end + 1);
      if (this.#line.length > longestLine || !/^[+\-:$]/.test(this.#line)) return false;
      if (end === -1) return true;
      if (!this.#endLine()) return false;
      at = end + 1;
    }
    return true;
  }

  #endLine(): boolean {
    const line = this.#line;
    this.#line = '';
    this.#replies += 1;
    if (!line.endsWith('\r\n')) return false;
    if (line.startsWith(':')) return /^:-?\d{1,19}\r\n$/.test(line);
    if (!line.startsWith('$')) return true;
    const length = /^\$(-1|\d{1,9})\r\n$/.exec(line)?.[1];
    if (length === undefined || Number(length) > this.#largest) return false;
    if (length !== '-1') this.#due = Number(length) + lineEnd;
    return true;
  }
}

const longestLine = 1024;
const lineEnd = 2;
