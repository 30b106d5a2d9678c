/**
 * What PostgreSQL is started with, for two cores and little memory. An acknowledged commit is on the disk: fsync,
 * synchronous_commit and full_page_writes stay on, whatever it costs. Its log never holds a statement or a value, which
 * could be PHI: hence `terse` and `panic`.
 */
const settings = {
  listen_addresses: '',
  max_connections: '60',
  superuser_reserved_connections: '3',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  maintenance_work_mem: '64MB',
  max_wal_size: '1GB',
  checkpoint_timeout: '10min',
  checkpoint_completion_target: '0.9',
  random_page_cost: '1.1',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  jit: 'off',
  autovacuum_naptime: '15s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '%m [%p] ',
  log_min_messages: 'warning',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_statement: 'none',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_autovacuum_min_duration: '-1',
} as const;

export type PostgresStart = {
  readonly cluster: string;
  readonly socketDirectory: string;
  readonly port: number;
  readonly majorVersion: number;
};

/** Arguments of `postgres`. */
export const postgresArguments = ({ cluster, socketDirectory, port, majorVersion }: PostgresStart): string[] => {
  const quotedDirectory = `"${socketDirectory.replaceAll('"', '""')}"`;
  // 18 would start three processes more, to read ahead.
  const input = majorVersion >= 18 ? { io_method: 'sync' } : {};
  const all = { ...settings, ...input, unix_socket_directories: quotedDirectory, port: String(port) };
  return ['-D', cluster, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
};
