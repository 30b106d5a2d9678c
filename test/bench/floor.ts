import pg from 'pg';
import { summarise, type LoadResult } from './load.ts';

/**
 * What PostgreSQL itself does here and now, without HTTP, FHIR or hashes: one row and one outbox row a transaction, reads by key, and
 * reads with a durable audit row each. Every figure of the gateway is printed beside it, from the same run.
 */
export const measureFloor = async (
  connection: pg.PoolConfig,
  { connections, durationMs }: { connections: number; durationMs: number },
): Promise<{ writes: LoadResult; reads: LoadResult; auditedReads: LoadResult }> => {
  const pool = new pg.Pool({ ...connection, max: connections });
  await pool.query(
    'create table bench_row (id bigserial primary key, content text); create table bench_outbox (id bigserial primary key, value text)',
  );
  const content = 'x'.repeat(1100);
  const insert = {
    name: 'row',
    text: 'with row as (insert into bench_row (content) values ($1)) insert into bench_outbox (value) values ($2)',
    values: [content, 'event'],
  };
  const read = { name: 'read', text: 'select content from bench_row where id = $1' };
  const audit = { name: 'audit', text: 'insert into bench_outbox (value) values ($1)', values: [content] };
  const run = async (step: () => Promise<unknown>): Promise<LoadResult> => {
    const times: number[] = [];
    const started = performance.now();
    const worker = async (): Promise<void> => {
      while (performance.now() - started < durationMs) {
        const began = performance.now();
        await step();
        times.push(performance.now() - began);
      }
    };
    await Promise.all(Array.from({ length: connections }, worker));
    return summarise(times, performance.now() - started);
  };
  const writes = await run(() => pool.query(insert));
  const key = (): string => String(1 + Math.floor(Math.random() * writes.count));
  const reads = await run(() => pool.query({ ...read, values: [key()] }));
  const auditedReads = await run(async () => {
    await pool.query({ ...read, values: [key()] });
    await pool.query(audit);
  });
  await pool.query('drop table bench_row, bench_outbox');
  await pool.end();
  return { writes, reads, auditedReads };
};
