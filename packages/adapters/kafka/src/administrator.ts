import type { Admin, Kafka } from 'kafkajs';

/** One connection to ask the cluster by, made when it is first needed and given up after a failure. */
export class Administrator {
  readonly #kafka: Kafka;
  #connected: Promise<Admin> | undefined;

  constructor(kafka: Kafka) {
    this.#kafka = kafka;
  }

  /** Rejects with the driver's error. */
  async ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const connected = (this.#connected ??= this.#connect());
    try {
      return await question(await connected);
    } catch (error) {
      if (this.#connected === connected) await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const connected = this.#connected;
    this.#connected = undefined;
    await connected?.then((admin) => admin.disconnect()).catch(() => undefined);
  }

  async #connect(): Promise<Admin> {
    const admin = this.#kafka.admin({ retry: { initialRetryTime: 100, retries: 4, maxRetryTime: 1000 } });
    try {
      await admin.connect();
    } catch (error) {
      await admin.disconnect().catch(() => undefined);
      throw error;
    }
    return admin;
  }
}
